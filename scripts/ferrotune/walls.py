"""Domain walls of a label raster: straight segments, and the ordered lines that they belong to."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.signal import savgol_filter
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


def _local_fit(path, closed, spacing, derivative):
    """Value or derivative, at each point, of the cubic fitted to the points around it."""
    window = 2 * _half_window(len(path), closed, spacing) + 1
    # a derivative is only used where the window is whole; a position is taken from the last window's cubic
    ends = "wrap" if closed else "nearest" if derivative else "interp"
    return savgol_filter(path, window, 3, derivative, delta=spacing, axis=0, mode=ends)


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
    """Running sums from which the line through any run of points follows."""
    y, x = points.T
    return np.cumsum(np.column_stack([np.ones(len(y)), y, x, y * y, x * x, y * x]), axis=0)


def _line(sums, start, stop):
    """Least-squares line of points[start:stop]: centre, direction, RMS distance of the points from it."""
    n, y, x, yy, xx, yx = sums[stop - 1] - (sums[start - 1] if start else 0.0)
    y, x = y / n, x / n
    yy, xx, yx = yy / n - y * y, xx / n - x * x, yx / n - y * x
    angle = 0.5 * np.arctan2(2 * yx, xx - yy)
    narrow = (yy + xx) / 2 - np.hypot((xx - yy) / 2, yx)
    return (y, x), (np.sin(angle), np.cos(angle)), np.sqrt(max(narrow, 0.0))


def _merge(sums, bounds):
    """Merge neighbouring runs of points, bounds[k]:bounds[k + 1], the straightest union first."""

    def unevenness(k):
        return _line(sums, bounds[k], bounds[k + 2])[2]

    bounds = list(bounds)
    cost = [unevenness(k) for k in range(len(bounds) - 2)]
    while cost and min(cost) <= STRAIGHT:
        k = cost.index(min(cost))
        del bounds[k + 1], cost[k]
        for neighbour in range(max(k - 1, 0), min(k + 1, len(cost))):
            cost[neighbour] = unevenness(neighbour)
    return bounds


def _ends(points, centre, direction):
    """Where a run of points begins and ends on its line, (2, 2) (y, x)."""
    reach = (points - centre) @ direction
    return centre + np.outer([reach.min(), reach.max()], direction)


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
    supported, segments = [], []
    for k, (chain, own) in enumerate(zip(chains, owners, strict=True)):
        sums = _moments(chain)
        bounds = _merge(sums, [0, *(np.flatnonzero(np.diff(own)) + 1), len(chain)])
        found = []
        for start, stop in pairwise(bounds):
            centre, direction, rms = _line(sums, start, stop)
            ends = _ends(chain[start:stop], np.array(centre), np.array(direction))
            straight = rms <= STRAIGHT and np.hypot(*(ends[1] - ends[0])) >= LINE_LENGTH
            if straight and (own[start:stop] >= 0).any():
                found.append(ends)
        if found:
            supported.append(k)
            segments += found
    return supported, np.array(segments).reshape(-1, 2, 2)


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
