"""What figures and pages call settings, rewards and statuses."""

import math

from ferrotune import parts
from ferrotune.patch_cutting import window_px
from ferrotune.rewards import REWARDS
from ferrotune.space_union import CHOICE

ALPHA = "\N{GREEK SMALL LETTER ALPHA}"
MINUS, NONE, TIMES = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{MULTIPLICATION SIGN}"

PARAMETERS = {
    name: parameter
    for kind in ("reduction", "clustering", "descriptor")  # the order in which they are said
    for part in parts.names(kind)
    for name, parameter in parts.part(kind, part).PARAMETERS.items()
}
UNITS = {"1": "", "cell": "cells", "deg": "\N{DEGREE SIGN}"}
STATUSES = {
    "ok": "ok",
    "one_cluster": "one cluster",
    "no_walls": "no walls",
    "not_above_noise": "not above noise",
    "failed": "failed",
}


def number(value):
    """A number as people write it: 3 significant digits, whole numbers whole; a dash where there is none."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NONE
    if isinstance(value, str):
        return value
    return f"{int(value)}" if float(value).is_integer() else f"{float(value):.3g}".replace("-", MINUS)


def _is_unset(value):
    return value is None or (isinstance(value, float) and math.isnan(value)) or value in (0, "none")


def setting_names(columns):
    """Which columns of a table of trials are settings: those between `round` and the first reward.

    Parameters
    ----------
    columns : list of str

    Returns
    -------
    list of str
    """
    columns = list(columns)
    first = min(columns.index(name) for name in REWARDS if name in columns)
    return columns[columns.index("round") + 1 : first]


def describe(setting, cell_px):
    """A setting in words, in parts: the window in cells and px, the rank, k, the covariance and so on.

    Parameters
    ----------
    setting : dict of parameter name -> value
    cell_px : float

    Returns
    -------
    list of str
    """
    rest, words = dict(setting), []
    if CHOICE in rest:  # of several pipelines; what belongs to others is empty
        words.append(rest.pop(CHOICE))
        rest = {name: value for name, value in rest.items() if not _is_unset(value) or value in (0, "none")}
    if {"w1", "w2"} <= rest.keys():
        sides = [rest.pop("w1"), rest.pop("w2")]
        cells, px = (f" {TIMES} ".join(map(number, s)) for s in (sides, [window_px(s, cell_px) for s in sides]))
        words.append(f"window {cells} cells ({px} px)")
    for name, parameter in PARAMETERS.items():
        if name in rest:
            value = rest.pop(name)
            said = parameter.unset if parameter.unset and _is_unset(value) else ""
            words.append(said or parameter.said.format(number(value)).replace(" 1 cells", " 1 cell"))
    return words + [f"{name} {number(value)}" for name, value in rest.items()]


def _unit(name):
    """Unit of a reward as figures write it, empty where it has none."""
    return UNITS.get(REWARDS[name].unit, REWARDS[name].unit)


def reward_label(name):
    """A reward with its unit, for an axis."""
    unit = _unit(name)
    return name.replace("_", "-") + (f" ({unit})" if unit else "")


def reward_value(name, value):
    """A reward with its value and unit, for text."""
    return f"{name.replace('_', '-')} {number(value)} {_unit(name)}".rstrip()


def status_kind(status):
    """The kind of a status, without the reason that may follow it."""
    return status.partition(":")[0]
