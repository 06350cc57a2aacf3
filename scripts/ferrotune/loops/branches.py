"""Branches of a loop: the steps at which the voltage falls, and those at which it rises."""

import numpy as np


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
    change = np.sign(np.diff(np.asarray(axis, float)))
    moving = np.flatnonzero(change)
    if not len(moving):
        return np.zeros(len(axis), bool)
    last = np.maximum.accumulate(np.where(change != 0, np.arange(len(change)), moving[0]))
    change = change[np.maximum(last, moving[0])]
    return np.concatenate([change, change[-1:]]) < 0


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
