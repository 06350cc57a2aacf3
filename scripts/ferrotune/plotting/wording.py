"""What figures and pages call settings, rewards, statuses, and confidence."""

import math

import numpy as np

from ferrotune.descriptors import window_px
from ferrotune.rewards import REWARDS

ALPHA = "\N{GREEK SMALL LETTER ALPHA}"
MINUS, NONE, TIMES = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{MULTIPLICATION SIGN}"

SETTINGS = {
    "rank": "rank {}",
    "components": "k = {}",
    "covariance": "{}",
    "flatten": "background {} cells",
    "sigma": "smoothing {} px",
}
UNSET = {"rank": "raw (no reduction)", "flatten": "background left", "sigma": "not smoothed"}
MOST = 8  # walls that are named one by one
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
    return value is None or (isinstance(value, float) and math.isnan(value)) or value == 0


def _mean_share(values):
    """Mean of the known shares."""
    known = np.asarray(values)[np.isfinite(values)]
    return f"{known.mean():.2f}" if len(known) else NONE


def _chance(value):
    return f"(chance {NONE if value is None else f'{value:.2f}'})"


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
    rest, parts = dict(setting), []
    if {"w1", "w2"} <= rest.keys():
        sides = [rest.pop("w1"), rest.pop("w2")]
        cells, px = (f" {TIMES} ".join(map(number, s)) for s in (sides, [window_px(s, cell_px) for s in sides]))
        parts.append(f"window {cells} cells ({px} px)")
    for name, form in SETTINGS.items():
        if name in rest:
            value = rest.pop(name)
            unset = name in UNSET and _is_unset(value)
            parts.append(UNSET[name] if unset else form.format(number(value)).replace(" 1 cells", " 1 cell"))
    return parts + [f"{name} {number(value)}" for name, value in rest.items()]


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


def confidence_words(selected, chosen):
    """How far the selected trial is confirmed: lines of text on its sites, and on its walls.

    Parameters
    ----------
    selected, chosen : arrays and attributes of selected.zarr

    Returns
    -------
    of_sites, of_walls : list of str
    """
    trial, count, shares = chosen["trial"], chosen["near_trials"], selected["wall_confidence"]
    if trial is None:
        return [chosen["answer"]], ["No trial of this search passed the guards."]
    near = f"within {number(chosen['near_distance'])} of the front"
    if not count:
        return [f"trial {trial}: no other trial lies {near},"], ["so that there is nothing to compare with."]
    of_sites = [f"trial {trial}, held against {count} other trial{'s'[: count > 1]} {near}:"]
    of_sites.append(f"mean agreement of sites {_mean_share(selected['confidence'])} {_chance(chosen['chance'])}")
    if not len(shares):
        return of_sites, ["no walls"]
    found = ", ".join(f"{share:.2f}" for share in shares)
    if len(shares) > MOST:
        found = f"{shares.min():.2f} to {shares.max():.2f}, in the mean {_mean_share(selected['path_confidence'])}"
    walls = "1 wall; share of trials with it" if len(shares) == 1 else f"{len(shares)} walls; share of trials with each"
    return of_sites, [f"{walls} {_chance(chosen['wall_chance'])}:", found]
