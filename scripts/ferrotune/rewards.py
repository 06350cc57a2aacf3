"""Rewards: what domain walls are known to be, as one number a segmentation.

One more reward is one more decorated function here; configuration and tables take it by its name.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ferrotune.errors import InputError

PAPER = "Barakati et al., arXiv 2411.12612"


@dataclass(frozen=True)
class Reward:
    """One reward: how it is taken from the walls, which way is better, and why."""

    name: str
    function: Callable
    direction: str
    unit: str
    physics: str
    source: str


REWARDS = {}


def _reward(direction, unit, physics, source):
    """Enter the decorated function in REWARDS under its own name."""

    def enter(function):
        REWARDS[function.__name__] = Reward(function.__name__, function, direction, unit, physics, source)
        return function

    return enter


def _arc_lengths(walls):
    """Length along each wall, its points joined by straight lines, (n,) cells."""
    knots = [
        np.concatenate([path, path[:1]]) if ring else path for path, ring in zip(walls.paths, walls.closed, strict=True)
    ]
    return np.array([np.hypot(*np.diff(path, axis=0).T).sum() for path in knots])


@_reward(
    "minimise",
    "1/cell",
    "A curved wall costs elastic, electrostatic and gradient energy: ferroelectric walls run straight.",
    f"{PAPER}, R1; the exponent 3/2, printed misplaced there, is that of the plane curve",
)
def curvature(walls):
    """Mean of |x' y'' - y' x''| / (x'^2 + y'^2)^(3/2) over all walls' points, 1/cell; R1 of the paper."""
    if not walls.paths:
        return float("nan")
    return float(np.mean(np.concatenate(walls.curvature)))


@_reward(
    "maximise",
    "cell",
    "A wall cannot end inside a domain: true walls are continuous, those of noise are short pieces.",
    f"{PAPER}, R2",
)
def length(walls):
    """Total length of the straight segments of wall / number of segments, cells; R2 of the paper."""
    if len(walls.segments) == 0:
        return float("nan")
    return float(np.linalg.norm(walls.segments[:, 1] - walls.segments[:, 0], axis=1).mean())


@_reward(
    "minimise",
    "1",
    "A wall that wanders is longer than the straight line between its ends, and has that much more energy.",
    f"{PAPER}, supplement S1",
)
def chord_to_arc(walls):
    """1 - chord / arc of each wall, averaged by arc length; 0 straight, 1 closed; S1 of the paper."""
    if not walls.paths:
        return float("nan")
    arc = _arc_lengths(walls)
    chord = [
        0.0 if ring else np.hypot(*(path[-1] - path[0])) for path, ring in zip(walls.paths, walls.closed, strict=True)
    ]
    return float(max(1 - np.sum(chord) / arc.sum(), 0.0))


def score(walls, names):
    """Rewards of one segmentation by name.

    Where there are no walls every reward is NaN, and enters no front. It must not be a number, because both
    published rewards could be had for nothing: one cluster has no wall, hence nothing curved; and mean length
    only gains by losing every wall but the longest. `ferrotune.guards` says why a trial has none.

    Parameters
    ----------
    walls : ferrotune.walls.Walls
        Walls of the segmentation.
    names : iterable of str
        Names in `REWARDS`.

    Returns
    -------
    dict of str to float
        Value of each reward, in its own unit.

    Raises
    ------
    InputError
        If there is no reward of that name.
    """
    names = list(names)
    for name in names:
        if name not in REWARDS:
            raise InputError(f"rewards: no reward is called {name!r}; there are {', '.join(REWARDS)}")
    return {name: REWARDS[name].function(walls) for name in names}
