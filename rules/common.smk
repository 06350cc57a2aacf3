"""Checks config and sheet, holds wildcards to their values, and finds what rules need.

Reads the config and the sheet of images; writes nothing.
"""

import os
import sys
from pathlib import Path

import yaml

sys.path.insert(0, f"{workflow.basedir}/scripts")

from ferrotune.workflow import search_config
from ferrotune.workflow.config import check_config, check_select, simulation_seed, specimen, without_nulls
from ferrotune.workflow.sample_sheet import file_name, is_remote, read_sheet, remote_files
from ferrotune.errors import InputError
from ferrotune.workflow.jobs import KEEPS_MEMORY
from ferrotune.workflow.messages import answer_lines, said_lines, warning_lines
from ferrotune.workflow.reward_config import asks_for_halves, halved_descriptors, reward_names, with_objectives
from ferrotune.pipelines.parts import module_name, part
from ferrotune.pipelines.pipeline import begins_with_earlier, members_of, module_names, trains
from ferrotune.workflow.provenance import code_digest
from snakemake.exceptions import WorkflowError

for name, value in KEEPS_MEMORY.items():  # of the jobs, which inherit it; what the operator has set stands
    os.environ.setdefault(name, value)


def get_schema(name):
    """A schema of config/schemas, as a dict."""
    return yaml.safe_load(Path(workflow.basedir, "config/schemas", f"{name}.schema.yaml").read_text())


try:
    config = with_objectives(without_nulls(config))
    check_config(config, get_schema("config"))
    IMAGES, PROBLEMS = read_sheet(config["images"], get_schema("images"))
    config, SEARCHES = search_config.apart(config)
    TRIALS = {
        name: search_config.trial_count(search_config.pipeline_entry(config["pipelines"], name), SEARCHES[name])
        for name in search_config.searched(config["pipelines"])
    }
    check_select(config["select"], IMAGES, TRIALS)
except InputError as error:
    raise WorkflowError(f"ferrotune: {error}") from None

PIPELINES = list(TRIALS)
RESULTS = f"results/{config['series']}"
IMAGE = f"{RESULTS}/{{image}}"
PIPELINE = f"{IMAGE}/{{pipeline}}"
HALF = f"{IMAGE}/halves/{{half}}"
ROUND = f"{PIPELINE}/rounds/{{round}}"
AXES = {name: search_config.map_axes(config["pipelines"][name], SEARCHES[name]) for name in PIPELINES}
MAPS = [name for name, axes in AXES.items() if axes]
TRAINED = [name for name in PIPELINES if trains(search_config.pipeline_entry(config["pipelines"], name))]


wildcard_constraints:
    image="|".join(map(re.escape, IMAGES)),
    pipeline="|".join(map(re.escape, PIPELINES)),
    descriptor="|".join({re.escape(p["descriptor"]) for p in config["pipelines"].values() if "choice" not in p}),
    round=r"\d{3}",
    half="[01]",


def get_row(wildcards):
    """The image's row of the sheet."""
    return IMAGES[wildcards.image]


def get_file(path):
    """Where a path of the sheet lies: downloads go beside the results, a missing file is left to the script."""
    if is_remote(path):
        return [f"{RESULTS}/downloads/{file_name(path)}"]
    return [path.partition("#")[0]] if path and Path(path.partition("#")[0]).is_file() else []


def get_source(wildcards):
    """The file that an image is imported from."""
    path = get_row(wildcards)["path"]
    return rules.simulate.output.image.format(image=wildcards.image) if path == "simulated" else get_file(path)


def get_source_path(wildcards, input):
    """The path that the import is given: with the entry in the file (#), and said back if it is missing."""
    path = get_row(wildcards)["path"]
    return f"{input[0]}{''.join(path.partition('#')[1:])}" if input else path


def get_reference(wildcards):
    """The image's reference file, if it has one."""
    row = get_row(wildcards)
    if row["path"] == "simulated" and not row["reference"]:
        return [rules.simulate.output.truth.format(image=wildcards.image)]
    return get_file(row["reference"] or "")


def get_pixel_size(wildcards):
    """Pixel size in pm that the sheet (or the simulation) gives; None leaves it to the file."""
    row = get_row(wildcards)
    if row["path"] == "simulated":
        return specimen(config["simulation"], wildcards.image, row).get("pixel_size_pm")
    return row["pixel_size_pm"]


def get_pipeline(wildcards):
    """The pipeline's part of the config, with those that it is a choice of."""
    return search_config.pipeline_entry(config["pipelines"], wildcards.pipeline)


def get_search(wildcards):
    """The pipeline's search."""
    return SEARCHES[wildcards.pipeline]


def get_described(wildcards):
    """The stores that a descriptor needs, by name."""
    return {name: f"{IMAGE}/{name}.zarr" for name in part("descriptor", wildcards.descriptor).NEEDS}


def get_descriptors(wildcards):
    """The store of the pipeline's descriptor; those of a choice's members, whose labels are put on the first's sites."""
    members = members_of(get_pipeline(wildcards)).values()
    return list(dict.fromkeys(f"{IMAGE}/descriptors/{member.descriptor}.zarr" for member in members))


def get_half_described(wildcards):
    """The stores that a descriptor needs, by name, of an image of half the dose."""
    half = {"image": f"{HALF}/image.zarr"}
    return {name: half.get(name, path) for name, path in get_described(wildcards).items()}


def get_halves(wildcards):
    """The descriptors' stores of the two half-dose images, where a reward asks for them."""
    described = halved_descriptors(get_pipeline(wildcards)) if asks_for_halves(config) else []
    return [f"{IMAGE}/halves/{half}/descriptors/{name}.zarr" for name in described for half in (0, 1)]


def get_sites(wildcards):
    """The store whose sites a pipeline's labels are of."""
    return get_descriptors(wildcards)[0]


def get_rounds(pipeline, before=None):
    """Numbers of the search's rounds, as in file names."""
    rounds = -(-TRIALS[pipeline] // SEARCHES[pipeline]["batch"])
    return [f"{r:03d}" for r in range(rounds if before is None else min(rounds, int(before)))]


def get_records(wildcards, suffix):
    """Rounds' files before this one's, or of all rounds."""
    rounds = get_rounds(wildcards.pipeline, wildcards.get("round"))
    return expand(f"{PIPELINE}/rounds/{{round}}.{suffix}", round=rounds, allow_missing=True)


def get_earlier(wildcards, suffix):
    """Rounds' files before this one's where a trial may begin with what an earlier one trained."""
    return get_records(wildcards, suffix) if begins_with_earlier(get_pipeline(wildcards)) else []


def get_threads(wildcards):
    """Cores for a round: as many as there are to share among the images, at most one a trial."""
    batch = SEARCHES.get(wildcards.get("pipeline"), config["search"])["batch"]
    return max(1, min(batch, (workflow.cores or batch) // len(IMAGES)))


def get_every_round(wildcards):
    """Rounds' stores of all pipelines of an image."""
    rounds = [(pipeline, number) for pipeline in PIPELINES for number in get_rounds(pipeline)]
    return [f"{ROUND}.zarr".format(image=wildcards.image, pipeline=pipeline, round=r) for pipeline, r in rounds]


def get_reported(path, name):
    """An output that the report shows under its image (or the series), with the caption of its name."""
    part = "Series" if "{image}" not in path else "{image}"
    labels = {"pipeline": "{pipeline}" if "{pipeline}" in path else "-", "shows": name}
    return report(path, caption=f"captions/{name}.rst", category=part, labels=labels)


def get_final_output():
    """Targets: the verdict on the sheet, the series' summary and figure, each image's figures, maps, latents, page."""
    last = ("check_sheet", "summary", "series_figure", "image_figures", "pipeline_figures", "components", "explorer")
    patterns = [str(path) for name in last for path in getattr(rules, name).output]
    paths = [expand(pattern, image=IMAGES, pipeline=PIPELINES) for pattern in patterns]
    paths += [expand(path, image=IMAGES, pipeline=MAPS) for path in rules.map_figures.output]
    paths += [expand(path, image=IMAGES, pipeline=TRAINED) for path in rules.latents.output]
    return list(dict.fromkeys(path for of_pattern in paths for path in of_pattern))
