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
