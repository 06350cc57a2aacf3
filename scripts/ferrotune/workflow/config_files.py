"""Config as the user gives it: keys that stand twice, numbers, trials that do not reach a pipeline, a full copy."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import yaml

from ferrotune.errors import InputError
from ferrotune.search.search_config import searched
from ferrotune.workflow.config import without_nulls

MOST_VALUES = 100_000  # of a config file, with those that its aliases (*name) repeat; the longest of ours has 500
KEPT = "config.yaml"  # in the folder of the series: the whole config of its last run


def _repeated(node, place=""):
    """Yield (place, first value, second value), nodes of YAML, for each key that stands twice in a mapping."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _repeated(child, place)
    if not isinstance(node, yaml.MappingNode):
        return
    first = {}
    for key, value in node.value:
        here = f"{place}.{key.value}".lstrip(".")
        if key.value in first and key.tag != "tag:yaml.org,2002:merge":
            yield here, first[key.value], (key, value)
        first.setdefault(key.value, (key, value))
        yield from _repeated(value, here)


def _values(node, known):
    """Number of values below a node of YAML, each alias counted as what it stands for; `known` is by node."""
    if id(node) not in known:
        known[id(node)] = 0  # of a node that holds itself
        children = node.value if isinstance(node, yaml.CollectionNode) else ()
        pairs = [child if isinstance(child, tuple) else (child,) for child in children]
        known[id(node)] = 1 + sum(_values(one, known) for pair in pairs for one in pair)
    return known[id(node)]


def _merged(first, second):
    """Two values as one, key by key; the second wins where both say something."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first | {key: _merged(first[key], value) if key in first else value for key, value in second.items()}
    return second


def _value(node):
    """Value of a node of YAML; None where it is none by itself, such as an alias to what holds it."""
    with suppress(yaml.YAMLError, RecursionError, ValueError):
        return yaml.safe_load(yaml.serialize(node))
    return None


def _flow(value):
    """A value in one line of YAML, as it is pasted."""
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6, allow_unicode=True).strip()


def check_repeated(files):
    """Refuse a config file in which a key stands twice: YAML keeps the last one without a word.

    Parameters
    ----------
    files : iterable of path

    Raises
    ------
    InputError
        Naming the file, the key and both lines; for sections, such as two lines `select`, with the line that holds
        both.
    """
    for file in files:
        text = Path(file).read_text(encoding="utf-8")
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            if _values(node, {}) > MOST_VALUES:
                raise InputError(f"config {file}: its aliases unfold to more than {MOST_VALUES} values; write them out")
            found = next(_repeated(node), None)
        except (yaml.YAMLError, RecursionError):  # Snakemake says what is wrong
            continue
        if found is None:
            continue
        place, *pairs = found
        lines = " and ".join(str(key.start_mark.line + 1) for key, _ in pairs)
        values = [_value(value) for _, value in pairs]
        advice = "keep one of them"
        if all(isinstance(value, dict) for value in values):
            advice = f"write both in one: {place.rpartition('.')[2]}: {_flow(_merged(*values))}"
        raise InputError(f"config {file}: {place} stands twice, in lines {lines}, and only the last counts; {advice}")


def with_types(given, inside=False):
    """What `--config` gives, with numbers inside of sections: Snakemake reads them as texts there.

    Examples
    --------
    >>> with_types({"search": {"trials": "100"}, "image": "7.tif", "images": ["7"]})
    {'search': {'trials': 100}, 'image': '7.tif', 'images': ['7']}
    """
    if isinstance(given, str):
        with suppress(yaml.YAMLError):
            return yaml.safe_load(given) if inside else given
        return given
    if isinstance(given, list):
        return [with_types(value, inside) for value in given]
    if not isinstance(given, Mapping):
        return given
    return {key: with_types(value, inside or isinstance(value, Mapping)) for key, value in given.items()}


def trials_apart(config, given):
    """Say which pipelines have trials of their own where the user has set those of all.

    Parameters
    ----------
    config : dict, all of it
    given : dict, what of it the user's config files and --config say

    Returns
    -------
    list of str, one line or none
    """
    common = (given.get("search") or {}).get("trials")
    pipelines = without_nulls(config)["pipelines"]
    own = {name: pipelines[name].get("search", {}).get("trials") for name in searched(pipelines)}
    apart = {name: trials for name, trials in own.items() if trials not in (None, common)}
    if common is None or not apart:
        return []
    names = ", ".join(f"{name} ({trials})" for name, trials in apart.items())
    first = next(iter(apart))
    return [
        f"ferrotune: search.trials: {common} does not reach pipelines with trials of their own: {names}; "
        f"to raise those too, set pipelines.{first}.search.trials"
    ]


def keep_config(config, results):
    """Write the whole config of a run beside its results, where `--configfile` can take it up again.

    It is replaced as a whole: a run that is killed here, or a full disk, leaves the earlier one.
    """
    plain = json.loads(json.dumps(config))  # Snakemake's dictionaries are of several kinds
    head = "# The config of the last run, with all defaults. Written by the workflow.\n"
    Path(results).mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120)
    beside = Path(results, f".{KEPT}.new")
    beside.write_text(head + text, encoding="utf-8")
    beside.replace(Path(results, KEPT))
