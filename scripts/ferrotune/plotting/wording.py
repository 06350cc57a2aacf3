"""What figures and pages call settings, rewards and statuses."""

import math

from ferrotune import parts
from ferrotune.patch_cutting import window_px
from ferrotune.rewards import REWARDS

ALPHA = "\N{GREEK SMALL LETTER ALPHA}"
MINUS, NONE, TIMES = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{MULTIPLICATION SIGN}"

PARAMETERS = {
    name: parameter
    for kind in ("reduction", "clustering", "descriptor")  # the order in which they are said
    for part in parts.names(kind)
    for name, parameter in parts.part(kind, part).PARAMETERS.items()
}
UNITS = {"1": "", "cell": "cells", "1/cell": "1/cell"}
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


def _in_cells(name):
    return name in PARAMETERS and "{} cells" in PARAMETERS[name].said


def axis_title(name):
    """A parameter with its unit, for an axis whose values are said by `value_label`."""
    return f"{name} (cells; px)" if _in_cells(name) else name


def value_label(name, value, cell_px):
    """A parameter's value, for an axis: lengths in cells, with px in brackets."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    if not _in_cells(name):
        return number(value)
    px = window_px(value, cell_px) if name in ("w1", "w2") else round(value * cell_px)
    return f"{number(value)} ({px})"


def reward_label(name):
    """A reward with its unit, for an axis."""
    unit = UNITS[REWARDS[name].unit]
    return name.replace("_", "-") + (f" ({unit})" if unit else "")


def reward_value(name, value):
    """A reward with its value and unit, for text."""
    return f"{name.replace('_', '-')} {number(value)} {UNITS[REWARDS[name].unit]}".rstrip()


def status_kind(status):
    """The kind of a status, without the reason that may follow it."""
    return status.partition(":")[0]
