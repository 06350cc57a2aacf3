"""Checks config and sheet, holds wildcards to their values, and finds what rules need.

Reads the config and the sheet of images; writes nothing.
"""

import sys
from pathlib import Path

import yaml

sys.path.insert(0, f"{workflow.basedir}/scripts")

from ferrotune import settings
from ferrotune.errors import InputError
from ferrotune.messages import answer_lines, error_lines
from ferrotune.parts import module_name, part
from ferrotune.pipelines import module_names
from ferrotune.provenance import code_digest
from snakemake.exceptions import WorkflowError


def get_schema(name):
    """A schema of config/schemas, as a dict."""
    return yaml.safe_load(Path(workflow.basedir, "config/schemas", f"{name}.schema.yaml").read_text())


try:
    config = settings.without_nulls(config)
    settings.check_config(config, get_schema("config"))
    IMAGES, PROBLEMS = settings.read_sheet(config["images"], get_schema("images"))
    settings.check_select(config["select"], IMAGES, config["pipelines"])
except InputError as error:
    raise WorkflowError(f"ferrotune: {error}") from None

RESULTS = f"results/{config['series']}"
IMAGE = f"{RESULTS}/{{image}}"
PIPELINE = f"{IMAGE}/{{pipeline}}"
ROUND = f"{PIPELINE}/rounds/{{round}}"


wildcard_constraints:
    image="|".join(map(re.escape, IMAGES)),
    pipeline="|".join(map(re.escape, config["pipelines"])),
    descriptor="|".join({re.escape(pipeline["descriptor"]) for pipeline in config["pipelines"].values()}),
    round=r"\d{3}",


def get_row(wildcards):
    """The image's row of the sheet."""
    return IMAGES[wildcards.image]


def get_file(path):
    """Where a path of the sheet lies: downloads go beside the results, a missing file is left to the script."""
    if settings.is_remote(path):
        return [f"{RESULTS}/downloads/{settings.file_name(path)}"]
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
        return settings.specimen(config["simulation"], wildcards.image, row).get("pixel_size_pm")
    return row["pixel_size_pm"]


def get_pipeline(wildcards):
    """The pipeline's part of the config."""
    return config["pipelines"][wildcards.pipeline]


def get_described(wildcards):
    """The stores that a descriptor needs, by name."""
    return {name: f"{IMAGE}/{name}.zarr" for name in part("descriptor", wildcards.descriptor).NEEDS}


def get_descriptors(wildcards):
    """The store of the pipeline's descriptor."""
    return f"{IMAGE}/descriptors/{get_pipeline(wildcards)['descriptor']}.zarr"


def get_rounds(pipeline, before=None):
    """Numbers of the search's rounds, as in file names."""
    trials = settings.trial_count(config["pipelines"][pipeline], config["search"])
    rounds = -(-trials // config["search"]["batch"])
    return [f"{r:03d}" for r in range(rounds if before is None else min(rounds, int(before)))]


def get_records(wildcards, suffix):
    """Rounds' files before this one's, or of all rounds."""
    rounds = get_rounds(wildcards.pipeline, wildcards.get("round"))
    return expand(f"{PIPELINE}/rounds/{{round}}.{suffix}", round=rounds, allow_missing=True)


def get_threads(wildcards):
    """Cores for a round: as many as there are to share among the images, at most one a trial."""
    cores = workflow.cores or config["search"]["batch"]
    return max(1, min(config["search"]["batch"], cores // len(IMAGES)))


def get_every_round(wildcards):
    """Rounds' stores of all pipelines of an image."""
    stores = []
    for pipeline in config["pipelines"]:
        pattern = f"{PIPELINE}/rounds/{{round}}.zarr"
        stores += expand(pattern, image=wildcards.image, pipeline=pipeline, round=get_rounds(pipeline))
    return stores


def get_reported(path, name):
    """An output that the report shows under its image (or the series), with the caption of its name."""
    part = "Series" if "{image}" not in path else "{image}"
    labels = {"pipeline": "{pipeline}" if "{pipeline}" in path else "-", "shows": name}
    return report(path, caption=f"captions/{name}.rst", category=part, labels=labels)


def get_final_output():
    """Targets: the verdict on the sheet, the series' summary and figure, each image's figures and page."""
    last = ("check_sheet", "summary", "series_figure", "image_figures", "pipeline_figures", "components", "explorer")
    patterns = [str(path) for name in last for path in getattr(rules, name).output]
    paths = [expand(pattern, image=IMAGES, pipeline=config["pipelines"]) for pattern in patterns]
    return list(dict.fromkeys(path for of_pattern in paths for path in of_pattern))
