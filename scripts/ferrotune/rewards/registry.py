"""The registry of rewards: what each is, and which way is better."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from ferrotune.errors import InputError


@dataclass(frozen=True)
class Reward:
    """One reward: how it is taken from a `Segmentation`, which way is better, and why.

    Attributes
    ----------
    name : str
    function : function of a Segmentation, giving a float; NaN where it cannot tell
    direction : {"minimise", "maximise"}
    unit : str, "1" for none
    physics : str, one sentence
    source : str
    needs : tuple of str
        Attributes of the Segmentation that may be None and must not be.
    costly : bool
        Whether it takes more than some milliseconds: such a reward is taken only if it is named.
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
    """Enter the decorated function in REWARDS under its own name; the arguments are those of `Reward`."""

    def enter(function):
        name = function.__name__
        REWARDS[name] = Reward(name, function, direction, unit, physics, source, tuple(needs), costly)
        return function

    return enter


def cheap():
    """Names of the rewards that cost next to nothing, (list of str)."""
    return [name for name, entry in REWARDS.items() if not entry.costly]


def without_grounds(names, known):
    """Which rewards (dict of name -> list of what is missing) cannot be had from what is `known` (set of str)."""
    missing = {name: [need for need in REWARDS[name].needs if need not in known] for name in names}
    return {name: needs for name, needs in missing.items() if needs}


def score(segmentation, names):
    """Rewards of one segmentation by name.

    Where there are no walls every reward is NaN, and enters no front. It must not be a number, because most
    rewards could be had for nothing: one cluster has no wall, hence nothing curved, and no energy; and mean
    length only gains by losing every wall but the longest. `ferrotune.segmentation.guards` says why a trial has
    none. A reward is NaN, too, where what it needs is missing.

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
    """
    values = {}
    for name in names:
        if name not in REWARDS:
            raise InputError(f"rewards: no reward is called {name!r}; there are {', '.join(REWARDS)}")
        given = all(getattr(segmentation, need) is not None for need in REWARDS[name].needs)
        with_walls = len(segmentation.walls.paths) > 0 and len(segmentation.walls.segments) > 0
        values[name] = float(REWARDS[name].function(segmentation)) if given and with_walls else math.nan
    return values
