"""Words of figures and pages for settings, rewards, statuses and confidence."""

import math

import numpy as np

from ferrotune.descriptors._patch_cutting import window_px
from ferrotune.pipelines import parts
from ferrotune.pipelines.space_union import CHOICE
from ferrotune.rewards import REWARDS

ALPHA = "\N{GREEK SMALL LETTER ALPHA}"
MINUS, NONE, TIMES = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{MULTIPLICATION SIGN}"

PARAMETERS = {
    name: parameter
    for kind in ("reduction", "clustering", "descriptor")  # the order in which they are written
    for part in parts.names(kind)
    for name, parameter in parts.part(kind, part).PARAMETERS.items()
}
MOST = 8  # walls that are listed one by one
UNITS = {"1": "", "cell": "cells", "deg": "\N{DEGREE SIGN}"}
STATUSES = {
    "ok": "ok",
    "no_wall_stands": "no wall stands",
    "one_cluster": "one cluster",
    "failed": "failed",
    "given_up": "given up",
}


def number(value):
    """Write a number with 3 significant digits, a whole number with all its digits, and a dash for no number."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NONE
    if isinstance(value, str):
        return value
    return f"{int(value)}" if float(value).is_integer() else f"{float(value):.3g}".replace("-", MINUS)


def _is_unset(value):
    return value is None or (isinstance(value, float) and math.isnan(value)) or value in (0, "none")


def _mean_share(values):
    """Mean of the known shares."""
    known = np.asarray(values)[np.isfinite(values)]
    return f"{known.mean():.2f}" if len(known) else NONE


def _chance(value):
    return f"(chance {NONE if value is None else f'{value:.2f}'})"


def setting_names(columns):
    """Find the columns of a table of trials that are settings: they lie between `round` and the first reward.

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
    """Describe a setting in words: the window in cells and px, the rank, k, the covariance and so on.

    Parameters
    ----------
    setting : dict of parameter name -> value
    cell_px : float

    Returns
    -------
    list of str
    """
    rest, words = dict(setting), []
    if CHOICE in rest:  # one of several pipelines; the parameters of the others are empty
        words.append(rest.pop(CHOICE))
        rest = {name: value for name, value in rest.items() if not _is_unset(value) or value in (0, "none")}
    if {"w1", "w2"} <= rest.keys():
        sides = [rest.pop("w1"), rest.pop("w2")]
        cells, px = (f" {TIMES} ".join(map(number, s)) for s in (sides, [window_px(s, cell_px) for s in sides]))
        words.append(f"window {cells} cells ({px} px)")
    for name, parameter in PARAMETERS.items():
        if name in rest:
            value = rest.pop(name)
            unset = parameter.unset if parameter.unset and _is_unset(value) else ""
            words.append(unset or parameter.said.format(number(value)).replace(" 1 cells", " 1 cell"))
    return words + [f"{name} {number(value)}" for name, value in rest.items()]


def _in_cells(name):
    return name in PARAMETERS and "{} cells" in PARAMETERS[name].said


def axis_title(name):
    """Title of the axis of a parameter, with its unit; `value_label` writes its values."""
    return f"{name} (cells; px)" if _in_cells(name) else name


def value_label(name, value, cell_px):
    """Label of the value of a parameter on an axis: lengths in cells, with px in brackets."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    if not _in_cells(name):
        return number(value)
    px = window_px(value, cell_px) if name in ("w1", "w2") else round(value * cell_px)
    return f"{number(value)} ({px})"


def _unit(name):
    """Unit of a reward as figures write it; empty if it has none."""
    return UNITS.get(REWARDS[name].unit, REWARDS[name].unit)


def reward_label(name):
    """Title of the axis of a reward, with its unit."""
    unit = _unit(name)
    return name.replace("_", "-") + (f" ({unit})" if unit else "")


def reward_value(name, value):
    """Text on a reward: its name, its value and its unit."""
    return f"{name.replace('_', '-')} {number(value)} {_unit(name)}".rstrip()


def status_kind(status):
    """The status without the reason that may follow it."""
    return status.partition(":")[0]


def confidence_words(selected, chosen):
    """Say how many other trials agree with the selected one: lines of text on its sites, and on its walls.

    Parameters
    ----------
    selected, chosen : arrays and attributes of selected.zarr

    Returns
    -------
    of_sites, of_walls : list of str
    """
    trial, count, shares = chosen["trial"], chosen["near_trials"], selected["wall_confidence"]
    if trial is None:
        return [chosen["answer_words"]], ["No trial of this search has two clusters."]
    near = f"within {number(chosen['near_distance'])} of the front"
    if not count:
        return [f"trial {trial}: not compared, as no other trial", f"lies {near}"], ["walls not compared either"]
    of_sites = [f"trial {trial}, compared with {count} other trial{'s'[: count > 1]} {near}:"]
    of_sites.append(f"mean agreement of sites {_mean_share(selected['confidence'])} {_chance(chosen['chance'])}")
    if not len(shares):
        return of_sites, ["no walls"]
    found = ", ".join(f"{share:.2f}" for share in shares)
    if len(shares) > MOST:
        found = f"{shares.min():.2f} to {shares.max():.2f}, mean {_mean_share(selected['path_confidence'])}"
    walls = "1 wall; share of trials with it" if len(shares) == 1 else f"{len(shares)} walls; share of trials with each"
    return of_sites, [f"{walls} {_chance(chosen['wall_chance'])}:", found]
