"""What a segmentation depends on: the parts of config and sample sheet that shape it, and the code of its stages."""

from ferrotune.pipelines import parts
from ferrotune.pipelines.pipeline import members_of, module_names
from ferrotune.search import search_config
from ferrotune.search.reward_config import false_discovery_rate, reward_names
from ferrotune.workflow.config import simulation_seed, specimen
from ferrotune.workflow.provenance import code_digest

SHAPING = ("import", "columns", "cells", "patches", "sites", "mode", "objectives", "confidence", "reference")


def _simulation(config, image, row):
    """Specimen and seed (dict) of a simulated image; None of another one."""
    if row["path"] != "simulated":
        return None
    own = config["simulation"], image
    return {"specimen": specimen(*own, row), "seed": simulation_seed(*own)}


def _code(entry):
    """Digest (dict by script) of the code of each stage between the image and the selected segmentation."""
    members = members_of(entry).values()
    described = [parts.module_name("descriptor", member.descriptor) for member in members]
    own = module_names(entry)
    modules = {"describe.py": described, "evaluate.py": own, "front.py": own}
    scripts = ("import_image.py", "columns.py", "cells.py", "describe.py", "evaluate.py", "trials.py", "front.py")
    return {script.removesuffix(".py"): code_digest(script, *modules.get(script, ())) for script in scripts}


def conditions(case, image, pipeline):
    """Find what shapes the selected segmentation of an image by a pipeline.

    Nothing else of the config is among it: a change of the rest must not make the segmentation again.

    Parameters
    ----------
    case : ferrotune.workflow.case.Case
    image, pipeline : str

    Returns
    -------
    dict of JSON values
        The keys of `SHAPING` of the config; sheet (the image's row), simulation, pipeline (its entry), search, rewards
        (names), rate, seed, keep_up, looks_back, select, descriptors (dict of name -> uses, as `ferrotune.descriptors`
        says), and code (dict of a script's name -> digest).
    """
    config, entry, search = case.config, case.entry(pipeline), case.searches[pipeline]
    used = dict.fromkeys(member.descriptor for member in members_of(entry).values())
    return {
        **{key: config[key] for key in SHAPING},
        "sheet": case.images[image],
        "simulation": _simulation(config, image, case.images[image]),
        "pipeline": entry,
        "search": search_config.round_search(search) | {"trials": case.trials[pipeline]},
        "rewards": reward_names(config),
        "rate": false_discovery_rate(config),
        "seed": search["seed"],
        "keep_up": case.keep_up(pipeline),
        "looks_back": case.looks_back(pipeline),
        "select": config["select"].get(image, {}).get(pipeline),
        "descriptors": {name: search_config.descriptor_uses(config["pipelines"], name) for name in used},
        "code": _code(entry),
    }
