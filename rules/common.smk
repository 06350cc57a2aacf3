"""Checks the config and the sample sheet, limits wildcards to their values, and finds the inputs of rules.

Reads the config and the sample sheet; writes nothing.
"""

import os
import sys

sys.path.insert(0, f"{workflow.basedir}/scripts")

from ferrotune.pipelines import parts
from ferrotune.pipelines.pipeline import members_of, module_names, trains
from ferrotune.search import search_config
from ferrotune.search.reward_config import asks_for_halves, false_discovery_rate, halved_descriptors, reward_names
from ferrotune.workflow.case import case_of_run, results_folder
from ferrotune.workflow.checksums import checksums
from ferrotune.workflow.config import map_files, origin, pixel_size, simulation_seed, specimen
from ferrotune.workflow.config_files import with_types
from ferrotune.workflow.folders import caches
from ferrotune.workflow.image_files import names_files
from ferrotune.workflow.jobs import KEEPS_MEMORY, RUN
from ferrotune.workflow.kinds import OF_ALL, OF_KIND, OF_MODELS, SPECTRA, loop_specimen, stores_of, target_files
from ferrotune.workflow.provenance import code_digest
from ferrotune.workflow.sample_sheet import local_files, local_path, own_files, remote_files

os.environ |= KEEPS_MEMORY | caches() | os.environ | {RUN: str(os.getpid())}  # for jobs; what the user has set stays

if names_files(config):

    configfile: f"{workflow.basedir}/config/one_line.yaml"


update_config(config, with_types(workflow.config_settings.config))
GIVEN, CALL = config, (workflow.output_settings.dryrun, workflow.overwrite_configfiles)  # as Snakemake has them
CASE = case_of_run(config, f"{workflow.basedir}/config/schemas", *CALL)
config, IMAGES, PIPELINES = CASE.config, CASE.images, list(CASE.trials)
RESULTS = results_folder(config)
IMAGE = f"{RESULTS}/{{image}}"
PIPELINE, HALF = f"{IMAGE}/{{pipeline}}", f"{IMAGE}/halves/{{half}}"
ROUND = f"{PIPELINE}/rounds/{{round}}"
STORES = stores_of(CASE.kind, IMAGE)  # of an image; none where its kind has no such store
OF_SPECTRA = CASE.kind == SPECTRA
TWINS = PIPELINES if config["judge"]["twins"] and not OF_SPECTRA else []
MAPS = [name for name in PIPELINES if CASE.axes(name) and not OF_SPECTRA]
TRAINED = [name for name in PIPELINES if trains(CASE.entry(name))]
TRANSFERRED = [name for name in PIPELINES if config["transfer"] and len(IMAGES) > 1 and name not in TRAINED]
SEARCH_FIRST = int(len(IMAGES) == 1)  # figures then fill the cores that the searches leave
ON_CLUSTER = workflow.non_local_exec or workflow.remote_exec  # a job has a node's cores for itself
PARTS = parts.module_names()  # figures print texts of all parts


wildcard_constraints:
    image="|".join(map(re.escape, IMAGES)),
    pipeline="|".join(map(re.escape, PIPELINES)),
    descriptor="|".join({re.escape(p["descriptor"]) for p in config["pipelines"].values() if "choice" not in p}),
    round=r"\d{3}",
    half="[01]",


def get_source(wildcards):
    """File that an image is imported from."""
    path, simulated = IMAGES[wildcards.image]["path"], rules.simulate_spectra if OF_SPECTRA else rules.simulate
    return simulated.output.image.format(**wildcards) if path == "simulated" else local_files(path, RESULTS)


def get_source_path(wildcards, input):
    """Path of the file to import, with the entry inside it (#)."""
    return local_path(input, IMAGES[wildcards.image]["path"])


def get_reference(wildcards):
    """Reference file of the image, if there is one."""
    row, simulated = IMAGES[wildcards.image], rules.simulate_spectra if OF_SPECTRA else rules.simulate
    known = row["path"] == "simulated" and not row["reference"]
    return [simulated.output.truth.format(**wildcards)] if known else local_files(row["reference"], RESULTS)


def get_pipeline(wildcards):
    """The pipeline's entry in the config; the entry of a choice holds its members."""
    return CASE.entry(wildcards.pipeline)


def get_described(wildcards):
    """Stores that a descriptor needs, by name."""
    return {name: STORES[name] for name in parts.part("descriptor", wildcards.descriptor).NEEDS}


def get_descriptors(wildcards):
    """Stores of the descriptors of the pipeline, or of all members of a choice."""
    members = members_of(get_pipeline(wildcards)).values()
    return list(dict.fromkeys(f"{IMAGE}/descriptors/{member.descriptor}.zarr" for member in members))


def get_half_described(wildcards):
    """Stores that a descriptor needs, by name, for an image of half the dose."""
    half = {"image": f"{HALF}/image.zarr"}
    return {name: half.get(name, path) for name, path in get_described(wildcards).items()}


def get_halves(wildcards):
    """Descriptor stores of the two half-dose images; empty where no reward needs them."""
    described = halved_descriptors(get_pipeline(wildcards)) if asks_for_halves(config) else []
    return [f"{IMAGE}/halves/{half}/descriptors/{name}.zarr" for name in described for half in (0, 1)]


def get_sites(wildcards):
    """Store of the sites that a pipeline labels."""
    return get_descriptors(wildcards)[0]


def get_rounds(**search):
    """Numbers of the rounds of an image's pipeline: all or, with `trials: auto`, those up to the standstill."""
    return CASE.rounds_to(search["pipeline"], lambda n: checkpoints.standstill.get(**search, round=n).output[0])


def get_records(wildcards, suffix):
    """Files of the rounds before this round, or of all rounds."""
    rounds = CASE.rounds(wildcards.pipeline, wildcards.round) if wildcards.get("round") else get_rounds(**wildcards)
    return expand(f"{PIPELINE}/rounds/{{round}}.{suffix}", round=rounds, allow_missing=True)


def get_earlier(wildcards, suffix):
    """Files of the earlier rounds where a trial may start from an earlier model, or is given up; else none."""
    return get_records(wildcards, suffix) if CASE.looks_back(wildcards.pipeline) else []


def get_threads(wildcards):
    """Cores of a job: an equal share for each image (on a cluster all), at most one for each trial of a round."""
    batch = CASE.searches.get(wildcards.get("pipeline"), config["search"])["batch"]
    return max(1, min(batch, (workflow.cores or batch) // (1 if ON_CLUSTER else len(IMAGES))))


def get_every_round(wildcards):
    """Stores of the rounds of all pipelines of an image."""
    rounds = {name: get_rounds(**wildcards, pipeline=name) for name in PIPELINES}
    return [f"{ROUND}.zarr".format(**wildcards, pipeline=name, round=r) for name in rounds for r in rounds[name]]


def get_reported(path, name):
    """Mark an output for the report, under its image or the series, with the caption of its name."""
    labels = {"pipeline": "{pipeline}" if "{pipeline}" in path else "-", "shows": name}
    return report(path, f"captions/{name}.rst", category="{image}" if IMAGE in path else "Series", labels=labels)


def get_final_output():
    """Results of all images, of their pipelines, and of the series."""
    values = {"image": IMAGES, "pipeline": PIPELINES}
    files = target_files(rules, (*OF_ALL, *OF_KIND[CASE.kind], *COLUMN_SEARCH), expand, **values)
    files += target_files(rules, ("map_figures",), expand, image=IMAGES, pipeline=MAPS)
    return files + target_files(rules, OF_MODELS[CASE.kind], expand, image=IMAGES, pipeline=TRAINED)
