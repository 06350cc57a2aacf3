"""Branches of a loop: the runs of steps in which the voltage goes one way."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Branches:
    """The branches of an axis of some steps.

    Attributes
    ----------
    start : (branch,) int, first step of each branch
    length : (branch,) int, steps
    direction : (branch,) int, 1 where the axis rises and -1 where it falls
    """

    start: np.ndarray
    length: np.ndarray
    direction: np.ndarray

    def slices(self):
        """Steps of each branch, (list of slice)."""
        return [slice(start, start + length) for start, length in zip(self.start, self.length, strict=True)]


def branches_of(axis):
    """Branches of an axis (step,), such as a voltage; the step at which it turns begins the next branch.

    Examples
    --------
    >>> found = branches_of(np.array([2.0, 1.0, 0.0, -1.0, 0.0, 1.0]))
    >>> found.start.tolist(), found.length.tolist(), found.direction.tolist()
    ([0, 3], [3, 3], [-1, 1])
    """
    way = np.sign(np.diff(np.asarray(axis, float)))
    known = np.flatnonzero(way)
    if not len(known):
        return Branches(np.zeros(1, int), np.array([len(axis)]), np.ones(1, int))
    # a step at which the axis rests belongs to the branch before it
    way = way[known[np.maximum(np.searchsorted(known, np.arange(len(way)), side="right") - 1, 0)]]
    way = np.append(way, way[-1]).astype(int)
    start = np.flatnonzero(np.append(True, way[1:] != way[:-1]))
    return Branches(start, np.diff(np.append(start, len(axis))), way[start])


def falling(axis):
    """Steps at which the voltage falls, (step,) bool; at the others it rises.

    Parameters
    ----------
    axis : (step,) float, the voltage in the order in which it was applied

    Notes
    -----
    The step at which the voltage turns begins the next branch. Where the voltage stays, the branch goes on.

    Examples
    --------
    >>> falling([2.0, 1.0, 0.0, 1.0, 2.0]).tolist()
    [True, True, False, False, False]
    """
    branches = branches_of(axis)
    return np.repeat(branches.direction < 0, branches.length)


def half_range(axis):
    """Half of the range of the voltage, and its middle (float, float)."""
    low, high = float(np.min(axis)), float(np.max(axis))
    return (high - low) / 2, (high + low) / 2


def is_loop(axis):
    """Whether an axis goes down and up, so that its spectra are loops.

    Examples
    --------
    >>> is_loop([2.0, 0.0, 2.0]), is_loop([0.0, 1.0, 2.0])
    (True, False)
    """
    down = falling(axis)
    return bool(down.any() and not down.all())


def area(axis, loops):
    """Area inside each loop.

    Parameters
    ----------
    axis : (step,) float
    loops : (loop, step) float

    Returns
    -------
    (loop,) float
        In units of the response times the voltage; positive where the response lags behind the voltage. The loop is
        closed by a straight line from its last step to the first.

    Examples
    --------
    >>> float(area([1.0, -1.0, -1.0, 1.0], [[1.0, 1.0, 0.0, 0.0]])[0])
    2.0
    """
    axis, loops = np.asarray(axis, float), np.asarray(loops, float)
    step = np.diff(axis, append=axis[:1])
    return -(loops + np.roll(loops, -1, axis=1)) @ step / 2
