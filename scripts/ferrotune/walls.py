"""Domain walls of a label raster: straight segments, and the ordered lines that they belong to."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.ndimage import convolve1d
from scipy.signal import savgol_coeffs
from scipy.spatial import cKDTree
from skimage.transform import probabilistic_hough_line

from ferrotune.errors import InputError
from ferrotune.raster import follow, interfaces, wall_map

# The paper does not publish its Hough settings: all of these are our choices. Lengths are in cells.
LINE_LENGTH = 2.0  # shortest Hough line, and shortest wall
LINE_GAP = 1.5  # longest gap in a Hough line: it must step over the treads of a staircase of sites
LINE_VOTES = 1.5  # samples that vote for a Hough line
THETA = np.deg2rad(np.arange(-90.0, 90.0, 1.0))
SUPPORT = 2.0  # a wall runs within this distance of a Hough line: the transform may miss one tread
REACH = 4.0  # directions at a junction are taken over this length
JUNCTION = 0.5  # junctions nearer than this are one: four domains rarely meet in a point of the raster
TURN = 45.0  # degrees; a wall goes on through a junction if it turns by less
STRAIGHT = 0.5  # largest RMS distance of a straight stretch from its line; a staircase of sites has 0.29
DIGITS = 9  # decimals of a distance that are compared
FIT = 5.0  # half-width of the local polynomials
SPACING = 0.25  # between points of a path


@dataclass(frozen=True)
class Walls:
    """Domain walls of one segmentation; lengths in cells, positions (y, x) from the raster's first sample.

    Attributes
    ----------
    segments : (n, 2, 2) float
        Straight stretches of wall: (first or last end, y or x).
    paths : list of (m, 2) float
        Each wall's points in order, smoothed, evenly spaced; a closed path does not repeat its first point.
    closed : list of bool
        Whether the wall is a ring.
    curvature : list of (m,) float
        |x' y'' - y' x''| / (x'^2 + y'^2)^(3/2) at each point of each path, 1/cell.
    """

    segments: np.ndarray
    paths: list
    closed: list
    curvature: list


def _hough(label_raster, samples_per_cell, seed):
    """Raw lines of the probabilistic Hough transform, (n, 2, 2) (y, x) in samples, shortest first."""
    lines = probabilistic_hough_line(
        wall_map(label_raster),
        threshold=round(LINE_VOTES * samples_per_cell),
        line_length=round(LINE_LENGTH * samples_per_cell),
        line_gap=round(LINE_GAP * samples_per_cell),
        theta=THETA,
        rng=seed,
    )
    lines = np.array(lines, dtype=float).reshape(-1, 2, 2)[..., ::-1]
    return lines[np.argsort(np.hypot(*(lines[:, 1] - lines[:, 0]).T), kind="stable")]


def _along(lines, step):
    """Points on the lines every `step` or less, line after line."""
    count = np.ceil(np.hypot(*(lines[:, 1] - lines[:, 0]).T) / step).astype(int) + 1
    line = np.repeat(np.arange(len(lines)), count)
    share = (np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)) / (count[line] - 1)
    return lines[line, 0] + share[:, None] * (lines[line, 1] - lines[line, 0]), line


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


def _smooth(path, closed):
    """Smoothed path, its points SPACING apart, and its curvature."""
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


def _trace(label_raster, lines, samples_per_cell):
    """Walls near the Hough lines: points on the interface, smoothed path, closed, curvature; in cells."""
    midpoints, corners = interfaces(label_raster)
    near = cKDTree(_along(lines, samples_per_cell / 2)[0]).query(
        midpoints, distance_upper_bound=SUPPORT * samples_per_cell
    )[0]
    midpoints, corners = midpoints[np.isfinite(near)], corners[np.isfinite(near)]
    reach, short = round(REACH * samples_per_cell), round(JUNCTION * samples_per_cell)
    order, starts, closed = follow(midpoints, corners, reach, short, TURN)
    points = midpoints[order] / samples_per_cell
    extent = np.hypot(*(np.maximum.reduceat(points, starts) - np.minimum.reduceat(points, starts)).T)
    walls = []
    for chain, ring, width in zip(np.split(points, starts[1:]), closed, extent, strict=True):
        if width < LINE_LENGTH:  # no segment fits into it
            continue
        path, curvature = _smooth(chain, ring)
        if ring:  # cut at its sharpest corner, where no straight stretch is cut in two
            corner = path[np.argmax(curvature)]
            chain = np.roll(chain, -int(np.argmin(np.hypot(*(chain - corner).T))), axis=0)
        walls.append((chain, path, bool(ring), curvature))
    return walls


def _moments(points):
    """Running sums, from 0, from which the line through any run of points follows."""
    y, x = points.T
    sums = np.cumsum(np.column_stack([np.ones(len(y)), y, x, y * y, x * x, y * x]), axis=0)
    return np.concatenate([np.zeros((1, 6)), sums])


def _unevenness(moments, math):
    """RMS distance of points from their own line, of their six sums; `math` is numpy for arrays of sums."""
    n, y, x, yy, xx, yx = moments
    y, x = y / n, x / n
    yy, xx, yx = yy / n - y * y, xx / n - x * x, yx / n - y * x
    narrow = (yy + xx) / 2 - math.hypot((xx - yy) / 2, yx)
    return math.sqrt((narrow + abs(narrow)) / 2)  # rounding may leave it below 0


def _line(moments):
    """Centre and direction, (2,) each, of the least-squares line of points, of their six sums."""
    n, y, x, yy, xx, yx = moments
    y, x = y / n, x / n
    angle = 0.5 * np.arctan2(2 * (yx / n - y * x), xx / n - x * x - yy / n + y * y)
    return np.array([y, x]), np.array([np.sin(angle), np.cos(angle)])


def _merge(sums, bounds):
    """Merge neighbouring runs of points, bounds[k]:bounds[k + 1], the straightest union first."""
    at = sums[bounds]
    # staircases of sites are full of ties, which rounding breaks in order and not by a last digit
    cost = _unevenness((at[2:] - at[:-2]).T, np).round(DIGITS).tolist()
    bounds, at = bounds.tolist(), at.tolist()
    while cost and min(cost) <= STRAIGHT:
        k = cost.index(min(cost))
        del bounds[k + 1], at[k + 1], cost[k]
        for beside in range(max(k - 1, 0), min(k + 1, len(cost))):
            moments = [b - a for a, b in zip(at[beside], at[beside + 2], strict=True)]
            cost[beside] = round(_unevenness(moments, math), DIGITS)
    return np.array(bounds)


def _ends(points, centre, direction):
    """Where a run of points begins and ends on its line, (2, 2) (y, x)."""
    reach = (points - centre) @ direction
    return centre + np.outer([reach.min(), reach.max()], direction)


def _stretches(chain, line):
    """Straight stretches (list of (2, 2)) of a wall; `line` (n,): the Hough line at each of its points, or -1."""
    sums = _moments(chain)
    bounds = _merge(sums, np.concatenate([[0], np.flatnonzero(np.diff(line)) + 1, [len(chain)]]))
    moments = np.diff(sums[bounds], axis=0)
    supported = np.logical_or.reduceat(line >= 0, bounds[:-1])
    found = []
    for k in np.flatnonzero((_unevenness(moments.T, np) <= STRAIGHT) & supported):
        ends = _ends(chain[bounds[k] : bounds[k + 1]], *_line(moments[k]))
        if np.hypot(*(ends[1] - ends[0])) >= LINE_LENGTH:
            found.append(ends)
    return found


def _segments(chains, lines, spacing):
    """Straight stretches of walls: Hough lines, shortest first, merged where one line fits their union."""
    # the points of the interface, not the smoothed path: smoothing rounds a corner into a stretch of its own
    if not chains:
        return [], np.empty((0, 2, 2))
    along, line = _along(lines, spacing)
    distance, nearest = cKDTree(np.concatenate(chains)).query(along, distance_upper_bound=SUPPORT)
    owner = np.full(sum(map(len, chains)), -1)
    # where lines overlap the longest, which comes last, has the point
    owner[nearest[np.isfinite(distance)]] = line[np.isfinite(distance)]
    owners = np.split(owner, np.cumsum([*map(len, chains)])[:-1])
    found = [_stretches(chain, own) for chain, own in zip(chains, owners, strict=True)]
    supported = [k for k, stretches in enumerate(found) if stretches]
    return supported, np.array([ends for stretches in found for ends in stretches]).reshape(-1, 2, 2)


def find_walls(label_raster, samples_per_cell, seed):
    """Domain walls of a label raster.

    The probabilistic Hough transform says where walls are. A wall is followed along the interface of two
    labels, the middle line of the wall map, within 2 cells of a Hough line; at a junction it goes on into
    the branch that turns least. The transform breaks a jagged wall into as many lines as its angle makes:
    neighbouring lines of a wall are merged into one segment while their union is straight.

    Parameters
    ----------
    label_raster : (rows, cols) int
        Labels, negative where there is none; only where they differ counts, so that their names do not.
    samples_per_cell : int
        Samples of the raster a unit cell, 4 or more.
    seed : int
        Seed of the probabilistic Hough transform.

    Returns
    -------
    Walls
        Segments, ordered paths, curvature, in cells. No wall is an empty result.

    Raises
    ------
    InputError
        If there are too few samples a cell to follow a wall.

    Notes
    -----
    The paper publishes no Hough settings: the constants above are ours. A wall of sites on a lattice is a
    staircase of whole cells, so curvature is taken from cubics fitted over 5 cells each way (Savitzky and
    Golay 1964). Straight walls of sites at 90 angles then have a mean curvature of 0.013/cell, 0.038/cell at
    worst (cubics over 3 cells: 0.05 and 0.11); drawn rings of radius 5 to 40 cells are 6 % to 0 % too flat.
    """
    if samples_per_cell < 4:
        raise InputError(f"walls: {samples_per_cell} samples a cell; draw the labels with 4 or more (8 is usual)")
    lines = _hough(label_raster, samples_per_cell, seed)
    if len(lines) == 0:
        return Walls(np.empty((0, 2, 2)), [], [], [])
    walls = _trace(label_raster, lines, samples_per_cell)
    supported, segments = _segments(
        [chain for chain, _, _, _ in walls], lines / samples_per_cell, 0.5 / samples_per_cell
    )
    paths, closed, curvature = ([walls[k][column] for k in supported] for column in (1, 2, 3))
    return Walls(segments, paths, closed, curvature)
