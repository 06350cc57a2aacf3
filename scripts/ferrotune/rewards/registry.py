"""The registry of rewards: the function of each, and whether smaller or larger is better."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from ferrotune.errors import InputError


@dataclass(frozen=True)
class Reward:
    """One reward: its function of a `Segmentation`, whether smaller or larger is better, and why.

    Attributes
    ----------
    name : str
    function : function of a Segmentation that returns a float; NaN where the reward has no value
    direction : {"minimise", "maximise"}
    unit : str, "1" for none
    physics : str, one sentence
    source : str
    needs : tuple of str
        Attributes of the Segmentation that may be None and must not be.
    costly : bool
        Whether it takes more than some milliseconds: such a reward is computed only if the config names it.
    """

    name: str
    function: Callable
    direction: str
    unit: str
    physics: str
    source: str
    needs: tuple = ()
    costly: bool = False


REWARDS = {}


def reward(direction, unit, physics, source, needs=(), costly=False):
    """Register the decorated function in REWARDS under its own name; the arguments are those of `Reward`."""

    def enter(function):
        name = function.__name__
        REWARDS[name] = Reward(name, function, direction, unit, physics, source, tuple(needs), costly)
        return function

    return enter


def cheap():
    """Names (list of str) of the rewards that take at most some milliseconds."""
    return [name for name, entry in REWARDS.items() if not entry.costly]


def without_grounds(names, known):
    """Rewards that cannot be computed from what is `known` (set of str): dict of name to a list of what is missing."""
    missing = {name: [need for need in REWARDS[name].needs if need not in known] for name in names}
    return {name: needs for name, needs in missing.items() if needs}


def score(segmentation, names):
    """Compute rewards of one segmentation, by their names.

    Without walls that stand a reward is NaN, and the trial enters no front. A number would be wrong: one cluster has
    no wall, so it would have no curvature and no energy, the best values of these rewards; and the mean length grows
    if all walls but the longest are lost. Rewards of the judge itself need no wall: they measure whether there is one.
    A reward is also NaN if something that it needs is missing.

    Parameters
    ----------
    segmentation : Segmentation
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

    Examples
    --------
    Two domains of 10 by 10 sites, a unit cell of 8 px apart, with one straight wall of 10 cells:

    >>> import numpy as np
    >>> from ferrotune.rewards import Segmentation
    >>> from ferrotune.sites.raster import label_raster
    >>> from ferrotune.sites.sites import Sites
    >>> from ferrotune.walls import find_walls
    >>> yx = 8.0 * (np.argwhere(np.ones((10, 20))) + 1)
    >>> sites = Sites.of(yx, np.ones((88, 168), bool), cell_px=8.0)
    >>> labels = (yx[:, 1] > 80).astype(np.int8)
    >>> walls = find_walls(label_raster(sites.raster, labels), 8, seed=0)
    >>> found = score(Segmentation(labels, walls, sites), ["chord_to_arc", "domains_per_variant"])
    >>> {name: round(value, 2) for name, value in found.items()}
    {'chord_to_arc': 0.0, 'domains_per_variant': 1.0}
    """
    values = {}
    for name in names:
        if name not in REWARDS:
            raise InputError(f"rewards: no reward is called {name!r}; there are {', '.join(REWARDS)}")
        given = all(getattr(segmentation, need) is not None for need in REWARDS[name].needs)
        with_walls = len(segmentation.walls.paths) > 0 and len(segmentation.walls.segments) > 0
        usable = given and (with_walls or "judgement" in REWARDS[name].needs)
        values[name] = float(REWARDS[name].function(segmentation)) if usable else math.nan
    return values
