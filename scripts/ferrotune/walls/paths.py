"""Paths of walls: smoothed, evenly spaced, with their curvature. Lengths are in cells."""

from functools import cache

import numpy as np
from scipy.ndimage import convolve1d
from scipy.signal import savgol_coeffs

FIT = 5.0  # half-width of the local polynomials
SPACING = 0.25  # between points of a path


def _evenly(path, closed):
    """The path with points SPACING apart (nearly: a whole number of steps fits its length)."""
    knots = np.concatenate([path, path[:1]]) if closed else path
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    steps = max(int(np.rint(arc[-1] / SPACING)), 4)
    at = np.linspace(0.0, arc[-1], steps + 1)[: steps if closed else None]
    return np.column_stack([np.interp(at, arc, knots[:, 0]), np.interp(at, arc, knots[:, 1])])


def _half_window(count, closed, spacing):
    """Half-width of the local fits, in points, on a path of `count` points."""
    # a ring's window spans one radian each way at most: a cubic follows no more of a turn
    most = count / (2 * np.pi) if closed else (count - 1) / 2
    return max(int(min(FIT / spacing, most)), 2)


@cache
def _fit_weights(window, derivative):
    """Weights (window,) of a cubic's value or derivative in the middle of its window, unit spacing."""
    return savgol_coeffs(window, 3, derivative)


@cache
def _end_weights(window):
    """Weights (window // 2, window) of the first window's cubic at its first points, up to its middle."""
    return np.stack([savgol_coeffs(window, 3, pos=place, use="dot") for place in range(window // 2)])


def _local_fit(path, closed, spacing, derivative):
    """Value or derivative, at each point, of the cubic fitted to the points around it.

    scipy's savgol_filter, with the weights kept: noisy segmentations have thousands of short walls.
    """
    half = _half_window(len(path), closed, spacing)
    window = 2 * half + 1
    weights = _fit_weights(window, derivative) / spacing**derivative
    # a derivative is only used where the window is whole; a position is taken from the last window's cubic
    fitted = convolve1d(path, weights, axis=0, mode="wrap" if closed else "nearest")
    if not closed and not derivative:
        fitted[:half] = _end_weights(window) @ path[:window]
        fitted[-half:] = (_end_weights(window) @ path[: -window - 1 : -1])[::-1]
    return fitted


def smoothed(path, closed):
    """A path smoothed by local cubics (Savitzky and Golay 1964), and its curvature.

    Parameters
    ----------
    path : (n, 2) float
        (y, x) of its points in order, cells.
    closed : bool
        Whether it is a ring.

    Returns
    -------
    path : (m, 2) float
        Points SPACING apart.
    curvature : (m,) float
        |x' y'' - y' x''| / (x'^2 + y'^2)^(3/2), 1/cell.
    """
    steps = np.hypot(*np.diff(path, axis=0).T)
    # the staircase's own length counts its steps: smooth it before spacing its points evenly
    path = _evenly(_local_fit(path, closed, steps.mean(), 0), closed)
    spacing = np.hypot(*np.diff(path, axis=0).T).mean()
    (dy, dx), (ddy, ddx) = (_local_fit(path, closed, spacing, order).T for order in (1, 2))
    curvature = np.abs(dx * ddy - dy * ddx) / (dx**2 + dy**2) ** 1.5
    if not closed:  # towards a free end a fit leans on one side: take the last whole window's curvature
        half = _half_window(len(path), closed, spacing)
        curvature = curvature[np.clip(np.arange(len(path)), half, len(path) - 1 - half)]
    return path, curvature
