"""Paths of walls: smoothed, evenly spaced, with their curvature. Lengths are in cells.

Noisy segmentations have thousands of short walls: all are computed at once, one after another in an array.
"""

from functools import cache

import numpy as np
from scipy.ndimage import convolve1d
from scipy.signal import savgol_coeffs

FIT = 5.0  # half-width of the local polynomials
SPACING = 0.25  # between points of a path
APART = 1.0  # distance between two walls when the lengths along all walls are put on one axis
DIGITS = 9  # decimals to which values that may tie are rounded; else the other walls would decide the tie


def places(counts):
    """Place of each element in its run, from 0; runs have `counts` elements and follow one after another."""
    return np.arange(counts.sum()) - np.repeat(_starts(counts), counts)


def _starts(counts):
    return np.cumsum(counts) - counts


def _arc(points, starts):
    """Length along each wall at each of its points; a wall begins APART from the end of the one before."""
    steps = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    steps[starts] = APART
    return np.cumsum(steps)


def _spacing(points, counts):
    """Mean distance (walls,) between neighbouring points of a wall."""
    arc, starts = _arc(points, _starts(counts)), _starts(counts)
    return (arc[starts + counts - 1] - arc[starts]) / (counts - 1)


def _evenly(points, counts, closed):
    """Points of the walls about SPACING apart (a whole number of steps fits each length), and their counts."""
    knots = counts + closed  # a ring ends where it begins
    starts = _starts(knots)
    points = points[np.repeat(_starts(counts), knots) + places(knots) % np.repeat(counts, knots)]
    arc = _arc(points, starts)
    length = arc[starts + knots - 1] - arc[starts]
    steps = np.maximum(np.rint((length / SPACING).round(DIGITS)).astype(int), 4)
    counts = steps + ~closed
    at = np.repeat(arc[starts], counts) + places(counts) * np.repeat(length / steps, counts)
    return np.column_stack([np.interp(at, arc, along) for along in points.T]), counts


def _half_windows(points, counts, closed):
    """Half-width (walls,) of the local fits, in points."""
    # the window of a ring spans at most one radian each way: a cubic cannot follow more of a circle
    most = np.where(closed, counts / (2 * np.pi), (counts - 1) / 2)
    return np.maximum(np.minimum((FIT / _spacing(points, counts)).round(DIGITS), most).astype(int), 2)


@cache
def _fit_weights(window, derivative):
    """Weights (window,) for the value or derivative of a cubic in the middle of its window, at unit spacing."""
    return savgol_coeffs(window, 3, derivative)


@cache
def _end_weights(window):
    """Weights (window // 2, window) for the cubic of the first window at its points before the middle."""
    return np.stack([savgol_coeffs(window, 3, pos=place, use="dot") for place in range(window // 2)])


def _same_fit(points, counts, closed, half, derivative):
    """As `_local_fit`, for walls with the same half-window."""
    window, starts = 2 * half + 1, _starts(counts)
    wide = counts + 2 * half
    place, count = places(wide) - half, np.repeat(counts, wide)
    inside, ring = np.clip(place, 0, count - 1), np.repeat(closed, wide)
    inside[ring] = place[ring] % count[ring]
    fitted = convolve1d(points[np.repeat(starts, wide) + inside], _fit_weights(window, derivative), axis=0)
    fitted = fitted[(place >= 0) & (place < count)]
    if not derivative:  # derivatives are only used where the whole window is inside the wall
        first, last = starts[~closed, None], (starts + counts - 1)[~closed, None]
        fitted[first + np.arange(half)] = _end_weights(window) @ points[first + np.arange(window)]
        fitted[last - np.arange(half)] = _end_weights(window) @ points[last - np.arange(window)]
    return fitted


def _local_fit(points, counts, closed, halves, derivative):
    """Value or derivative of the cubic that is fitted around each point of the walls."""
    order = np.argsort(halves, kind="stable")
    row = np.repeat(_starts(counts)[order], counts[order]) + places(counts[order])
    first = np.flatnonzero(np.diff(halves[order], prepend=-1))  # of the walls with a half-window
    fitted = []
    for walls, some in zip(np.split(order, first[1:]), np.split(row, _starts(counts[order])[first[1:]]), strict=True):
        fitted.append(_same_fit(points[some], counts[walls], closed[walls], halves[walls[0]], derivative))
    result = np.empty_like(points)
    result[row] = np.concatenate(fitted)
    return result


def smoothed(points, counts, closed):
    """Smooth walls by local cubics (Savitzky and Golay 1964), and compute their curvature.

    Parameters
    ----------
    points : (n, 2) float
        (y, x) of the walls' points in order, wall after wall, cells.
    counts : (walls,) int
        Points of each wall, 5 or more.
    closed : (walls,) bool
        Whether each wall is a ring.

    Returns
    -------
    path : (m, 2) float
        Points SPACING apart, wall after wall.
    counts : (walls,) int
        Points of each path.
    curvature : (m,) float
        |x' y'' - y' x''| / (x'^2 + y'^2)^(3/2), 1/cell.
    """
    # the length of a staircase includes its steps: smooth it before its points are spaced evenly
    path = _local_fit(points, counts, closed, _half_windows(points, counts, closed), 0)
    path, counts = _evenly(path, counts, closed)
    halves, spacing = _half_windows(path, counts, closed), np.repeat(_spacing(path, counts), counts)
    (dy, dx), (ddy, ddx) = (_local_fit(path, counts, closed, halves, k).T / spacing**k for k in (1, 2))
    curvature = np.abs(dx * ddy - dy * ddx) / (dx**2 + dy**2) ** 1.5
    # near a free end a fit has points on one side only: use the curvature of the last whole window
    place, last = places(counts), np.repeat(counts - 1, counts)
    lean = np.repeat(np.where(closed, 0, halves), counts)
    return path, counts, curvature[np.arange(len(path)) - place + np.clip(place, lean, last - lean)]
