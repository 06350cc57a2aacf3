"""The config, checked against its schema; what is wrong is said in one line."""

import copy
import datetime

import jsonschema

from ferrotune.errors import InputError
from ferrotune.files.entries import split_entry
from ferrotune.pipelines import parts
from ferrotune.pipelines.pipeline import Pipeline, parameters_of
from ferrotune.search.reward_config import check_rewards
from ferrotune.search.search_config import pipeline_entry, searched

UNFIT = "unfit for a path; use letters, digits and _ . -"  # where a pattern's schema does not say, in a key `unfit`
TYPE_NAMES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a section of keys",
}
LIMITS = {
    "minimum": "{!r} is too small; the least is {}",
    "exclusiveMinimum": "{!r} is too small; it must be above {}",
    "maximum": "{!r} is too large; the most is {}",
}
MOST_SHOWN = 200  # letters of a value in a message
_NOT_TEXT = (bool, int, float, datetime.date)
COUNTS = {"minProperties": "{} given; at least {} needed", "maxProperties": "{} given; at most {} allowed"}


def _shown(value):
    """A value as Python writes it, at most some hundred letters of it."""
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} ..."


def _to_be_quoted(value):
    """Sentence on what YAML did not read as text: 2024_11 is a number, 2024-11-28 a date, no is false."""
    kind = "a date" if isinstance(value, datetime.date) else "true or false" if isinstance(value, bool) else "a number"
    return f"YAML reads {kind} here, {value}; put what you wrote in quotes"


def _unquoted_keys(section, place=""):
    """Yield the place of each key of the config that YAML did not read as text, and the key."""
    for key, value in section.items() if isinstance(section, dict) else []:
        if not isinstance(key, str):
            yield place or "its top", key
        yield from _unquoted_keys(value, f"{place}.{key}" if place else str(key))


def _names_pipeline(error):
    """Whether an error is of a pipeline's whole entry."""
    return len(error.absolute_path) == 2 and error.absolute_path[0] == "pipelines"


def _allowed(error):
    """Sentence on what would have been allowed, from a jsonschema error."""
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        unknown = [key for key in error.instance if key not in known]
        return f"unknown key {', '.join(map(_shown, unknown))}; allowed are {', '.join(sorted(known))}"
    if error.validator == "enum":
        allowed = [str(value) for value in error.validator_value if value is not None]
        allowed += [error.schema["also"]] if "also" in error.schema else []  # where a schema has alternatives
        return f"{_shown(error.instance)} is not allowed; allowed are {', '.join(allowed)}"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        # an overlay that misspells a pipeline's name does not change it, but begins another
        hint = "; no pipeline has this name yet, so give all of it" if _names_pipeline(error) else ""
        return f"missing key {', '.join(map(repr, missing))}{hint}"
    if error.validator == "pattern":
        return f"{_shown(error.instance)} is {error.schema.get('unfit', UNFIT)}"
    if error.validator == "type" and "string" in error.validator_value and isinstance(error.instance, _NOT_TEXT):
        return _to_be_quoted(error.instance)
    if error.validator == "type":
        kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        wanted = " or ".join(TYPE_NAMES[kind] for kind in kinds if kind != "null")
        return f"{_shown(error.instance)} is not {wanted}" if error.instance is not None else f"is empty; give {wanted}"
    if error.validator in LIMITS:
        return LIMITS[error.validator].format(error.instance, error.validator_value)
    if error.validator in COUNTS:
        return COUNTS[error.validator].format(len(error.instance), error.validator_value)
    return error.message.splitlines()[0][: 2 * MOST_SHOWN]


def _deepest(error):
    """The most telling of an error's alternatives: if there is one, of that of the value's own kind."""
    while error.context:
        other = {e.relative_schema_path[0] for e in error.context if e.validator == "type" and not e.relative_path}
        fitting = [e for e in error.context if e.relative_schema_path[0] not in other]
        error = jsonschema.exceptions.best_match(fitting or error.context)
    return error


def schema_problems(instance, schema):
    """Yield one line for each place where an instance (dict) breaks a JSON schema: the place, and what is allowed."""
    validator = jsonschema.Draft202012Validator(schema)
    for error in sorted(validator.iter_errors(instance), key=lambda e: list(map(str, e.absolute_path))):
        deepest = _deepest(error)
        where = ".".join(map(str, deepest.absolute_path))
        yield (f"{where}: " if where else "") + _allowed(deepest)


def _completed(schema, config):
    """The schema with the names of all parts, and each pipeline's space with the parameters of its own."""
    schema = copy.deepcopy(schema)
    pipelines = schema["properties"]["pipelines"]
    general = pipelines["additionalProperties"]
    known = {kind: parts.names(kind) for kind in parts.KINDS}
    general["properties"] |= {kind: {"enum": names} for kind, names in known.items()}
    pipelines["properties"] = {}
    given = config.get("pipelines")
    given = given if isinstance(given, dict) else {}
    for name, pipeline in given.items():
        if isinstance(pipeline, dict) and "choice" in pipeline:
            others = [other for other, p in given.items() if isinstance(p, dict) and "choice" not in p]
            choice = {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"enum": others}}
            pipelines["properties"][name] = {
                "type": "object",
                "additionalProperties": False,
                "properties": {"choice": choice, "search": general["properties"]["search"]},
            }
        elif isinstance(pipeline, dict) and all(pipeline.get(kind) in names for kind, names in known.items()):
            known_here = parameters_of(pipeline)
            needed = [parameter for parameter, p in known_here.items() if p.default is None]
            allowed = {parameter: p.schema for parameter, p in known_here.items()}
            space = {"type": "object", "additionalProperties": False, "required": needed, "properties": allowed}
            pipelines["properties"][name] = {**general, "properties": {**general["properties"], "space": space}}
    return schema


def check_config(config, schema):
    """Check a configuration.

    Parameters
    ----------
    config : dict
    schema : dict, JSON schema

    Raises
    ------
    InputError
        Naming the first key that is wrong and what is allowed there.
    """
    for place, key in _unquoted_keys(config):
        raise InputError(f"config: {place}: the key {key}: {_to_be_quoted(key)}")
    for problem in schema_problems(config, _completed(schema, config)):
        raise InputError(f"config: {problem}")
    for name, pipeline in config["pipelines"].items():
        if "choice" not in pipeline:
            Pipeline.from_config(pipeline, where=f"config: pipelines.{name}")
    if not searched(config["pipelines"]):
        raise InputError("config: pipelines: all are `alone: false`; let one be searched")
    check_rewards(config, {name: pipeline_entry(config["pipelines"], name) for name in config["pipelines"]})


def without_nulls(config):
    """The configuration without the entries that an overlay set to null, which is how it drops a default."""
    cleaned = dict(config)
    for section in ("pipelines", "select"):
        if isinstance(cleaned.get(section), dict):
            cleaned[section] = _without_none(cleaned[section])
            if section == "pipelines":
                cleaned[section] = {name: _without_null_ranges(entry) for name, entry in cleaned[section].items()}
    return cleaned


def _without_null_ranges(entry):
    """Entry of a pipeline without the parameters whose range is null."""
    if not isinstance(entry, dict) or not isinstance(entry.get("space"), dict):
        return entry
    return entry | {"space": _without_none(entry["space"])}


def _without_none(entries):
    return {key: value for key, value in entries.items() if value is not None}


def check_select(select, images, counts):
    """Refuse (InputError) a selection that there is not: its image, pipeline or trial; `counts` are of trials."""
    for image, trials in select.items():
        if image not in images:
            raise InputError(f"config: select: there is no image {image!r}; there are {', '.join(images)}")
        for pipeline, trial in trials.items():
            if pipeline not in counts:
                allowed = ", ".join(counts)
                raise InputError(f"config: select.{image}: there is no pipeline {pipeline!r}; there are {allowed}")
            if trial >= counts[pipeline]:
                there = f"there are 0 to {counts[pipeline] - 1}"
                raise InputError(f"config: select.{image}.{pipeline}: there is no trial {trial}; {there}")


def specimen(simulation, image, row):
    """Settings (dict) of the specimen to simulate for an image, from the config and its row of the sheet."""
    chosen = {**simulation["default"], **simulation["images"].get(image, {})}
    chosen.pop("seed", None)
    from_row = {"sm_percent": row["sm_percent"], "pixel_size_pm": row["pixel_size_pm"]}
    return {**chosen, **{key: value for key, value in from_row.items() if value is not None}}


def map_files(simulation, image, row):
    """File (list of str) of the polarization map that an image is rendered from; empty where there is none."""
    path = specimen(simulation, image, row).get("map")
    return [split_entry(path)[0]] if path else []


def pixel_size(simulation, image, row):
    """Pixel size (pm) of an image from its row of the sample sheet or from the simulation; None: from its file."""
    return specimen(simulation, image, row).get("pixel_size_pm") if row["path"] == "simulated" else row["pixel_size_pm"]


def origin(simulation, image, row):
    """Where an image comes from (str), and its dose: counts at the peak of an A column, of simulated images; or None.

    The arguments are those of `specimen`.
    """
    if row["path"] != "simulated":
        return row["path"], None
    return "simulated", specimen(simulation, image, row).get("dose")


def simulation_seed(simulation, image):
    """Seed of an image's simulation: its own, or that of all."""
    return (simulation["default"] | simulation["images"].get(image, {})).get("seed", simulation["seed"])
