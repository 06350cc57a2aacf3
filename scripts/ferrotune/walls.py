"""Domain walls of a label raster: straight segments, and the ordered lines that they belong to."""

from dataclasses import dataclass
from functools import cache
from itertools import product

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
TILE = 64.0  # side of what is transformed at a time: over a larger image, votes from afar break lines into pieces
OVERLAP = LINE_LENGTH + LINE_GAP  # of neighbouring tiles: no line is too short because a tile ends
THETA = np.deg2rad(np.arange(-90.0, 90.0, 1.0))
LINES = 512  # whose points are looked up at a time
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


def _tiles(shape, samples_per_cell):
    """Places of overlapping tiles, as slices of rows and columns; one where the raster is hardly larger."""
    side, more = round(TILE * samples_per_cell), round(OVERLAP * samples_per_cell)
    first = ([side * k for k in range(max(1, -(-(length - more) // side)))] for length in shape)
    return (tuple(slice(start, start + side + more) for start in corner) for corner in product(*first))


def _hough(label_raster, samples_per_cell, seed):
    """Raw lines of the probabilistic Hough transform, tile after tile, (n, 2, 2) (y, x) in samples.

    Neighbouring tiles may each find a part of a line, or the same one: lines are only where walls are, and `_segments`
    merges what is straight.
    """
    drawn, found = wall_map(label_raster), [np.empty((0, 2, 2))]
    for tile in _tiles(drawn.shape, samples_per_cell):
        lines = probabilistic_hough_line(
            drawn[tile],
            threshold=round(LINE_VOTES * samples_per_cell),
            line_length=round(LINE_LENGTH * samples_per_cell),
            line_gap=round(LINE_GAP * samples_per_cell),
            theta=THETA,
            rng=seed,
        )
        corner = [along.start for along in tile]
        found.append(np.array(lines, dtype=float).reshape(-1, 2, 2)[..., ::-1] + corner)
    return np.concatenate(found)


def _along(lines, step):
    """Points on the lines every `step` or less, line after line, and the line of each."""
    edge = lines[:, 1] - lines[:, 0]
    pieces = np.ceil(np.hypot(*edge.T) / step).astype(int)
    count = pieces + 1
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    share = place / np.repeat(pieces, count)
    points = [np.repeat(lines[:, 0, k], count) + share * np.repeat(edge[:, k], count) for k in (0, 1)]
    return np.column_stack(points), np.repeat(np.arange(len(lines)), count)


def _near(points, others, distance):
    """Whether each point (positions from 0 on) lies within `distance` of one of the others."""
    # both in one square of this side is near enough, which spares most points the search
    squares, held = (np.floor(at / (distance / 2)).astype(int) for at in (points, others))
    taken = np.zeros(np.maximum(squares.max(axis=0), held.max(axis=0)) + 1, dtype=bool)
    taken[*held.T] = True
    near = taken[*squares.T]
    near[~near] = np.isfinite(cKDTree(others).query(points[~near], distance_upper_bound=distance)[0])
    return near


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
    """Walls near the Hough lines: points on the interface, in samples; smoothed path, closed, curvature, in cells."""
    midpoints, corners = interfaces(label_raster)
    near = _near(midpoints, _along(lines, samples_per_cell / 2)[0], SUPPORT * samples_per_cell)
    midpoints, corners = midpoints[near], corners[near]
    reach, short = round(REACH * samples_per_cell), round(JUNCTION * samples_per_cell)
    order, starts, closed = follow(midpoints, corners, reach, short, TURN)
    points = midpoints[order]
    extent = np.hypot(*(np.maximum.reduceat(points, starts) - np.minimum.reduceat(points, starts)).T)
    walls = []
    for chain, ring, width in zip(np.split(points, starts[1:]), closed, extent, strict=True):
        if width < LINE_LENGTH * samples_per_cell:  # no segment fits into it
            continue
        path, curvature = _smooth(chain / samples_per_cell, ring)
        if ring:  # cut at its sharpest corner, where no straight stretch is cut in two
            corner = path[np.argmax(curvature)] * samples_per_cell
            chain = np.roll(chain, -int(np.argmin(np.hypot(*(chain - corner).T))), axis=0)
        walls.append((chain, path, bool(ring), curvature))
    return walls


def _moments(points):
    """Running sums (n + 1, 6), from 0, from which the line through any run of points follows."""
    # in samples points are whole and half numbers: the sums stay exact however many walls they run through
    y, x = points.T
    sums = np.cumsum([np.ones(len(y)), y, x, y * y, x * x, y * x], axis=1).T
    return np.concatenate([np.zeros((1, 6)), sums])


def _scatter(moments):
    """Number squared times the variances of y and of x and their covariance; of points' six sums, exact."""
    n, y, x, yy, xx, yx = moments
    return n * yy - y * y, n * xx - x * x, n * yx - y * x


def _unevenness(moments):
    """RMS distance of points from their own line, of their six sums."""
    yy, xx, yx = _scatter(moments)
    narrow = (yy + xx) / 2 - np.hypot((xx - yy) / 2, yx)
    return np.sqrt(np.maximum(narrow, 0)) / moments[0]  # rounding may leave it below 0


def _merged(bounds, starts, sums, limit):
    """What is left of the bounds between runs of points after merging neighbours whose union is straight.

    A union is made where it is straighter than those that it competes with, everywhere at once, until none is left
    that is straight to `limit`. Walls begin at `starts`, and the last bound is the end of all: these stay.
    """

    def cost_at(places):
        cost = _unevenness((sums[bounds[places + 1]] - sums[bounds[places - 1]]).T)
        # staircases of sites are full of ties, which rounding breaks in order and not by a last digit
        return np.where(fixed[places], np.inf, cost.round(DIGITS))

    fixed = np.isin(bounds, starts)
    cost = np.full(len(bounds), np.inf)
    cost[1:-1] = cost_at(np.arange(1, len(bounds) - 1))
    while True:
        best = cost <= limit
        best[1:] &= cost[1:] < cost[:-1]
        best[:-1] &= cost[:-1] <= cost[1:]
        gone = np.flatnonzero(best)
        if not len(gone):
            return bounds
        bounds, fixed, cost = (np.delete(each, gone) for each in (bounds, fixed, cost))
        after = gone - np.arange(len(gone))
        beside = np.unique(np.concatenate([after - 1, after]))
        beside = beside[(beside > 0) & (beside < len(bounds) - 1)]
        cost[beside] = cost_at(beside)


def _straight_runs(line, starts, sums, limit):
    """Start, stop and wall of each run of points, after merging, that is straight and has a Hough line."""
    new = np.diff(line, prepend=-2) != 0
    new[starts] = True
    bounds = _merged(np.append(np.flatnonzero(new), len(line)), starts, sums, limit)
    begins, ends = bounds[:-1], bounds[1:]
    straight = _unevenness((sums[ends] - sums[begins]).T) <= limit
    straight &= np.logical_or.reduceat(line >= 0, begins)
    wall = np.searchsorted(starts, begins, side="right") - 1
    return begins[straight], ends[straight], wall[straight]


def _fitted(points, begins, ends, sums):
    """Ends (n, 2, 2) of the least-squares lines of runs of points, where the first and last point lie on them."""
    moments = (sums[ends] - sums[begins]).T
    yy, xx, yx = _scatter(moments)
    angle = 0.5 * np.arctan2(2 * yx, xx - yy)
    centre, direction = (moments[1:3] / moments[0]).T, np.column_stack([np.sin(angle), np.cos(angle)])
    reach = [(points[a:b] - c) @ d for a, b, c, d in zip(begins, ends, centre, direction, strict=True)]
    reach = np.array([[r.min(), r.max()] for r in reach]).reshape(-1, 2)
    return centre[:, None] + reach[..., None] * direction[:, None]


def _owners(points, lines, reach):
    """The Hough line that each point (n, 2) belongs to, (n,) int, -1 where none is within `reach`."""
    owner, tree = np.full(len(points), -1), cKDTree(points)
    # where lines overlap the longest has the point, and of two as long the later
    rank = np.argsort(np.argsort(np.hypot(*(lines[:, 1] - lines[:, 0]).T), kind="stable"))
    # lines of a tile lie together, and some at a time keep their part of the tree at hand
    for some in range(0, len(lines), LINES):
        along, line = _along(lines[some : some + LINES], 0.5)
        distance, nearest = tree.query(along, distance_upper_bound=reach)
        near = np.isfinite(distance)
        np.maximum.at(owner, nearest[near], rank[some + line[near]])
    return owner


def _segments(points, starts, lines, samples_per_cell):
    """Straight stretches of walls, (n, 2, 2) in samples, and their walls (n,): Hough lines of points, merged."""
    # the points of the interface, not the smoothed path: smoothing rounds a corner into a stretch of its own
    owner = _owners(points, lines, SUPPORT * samples_per_cell)
    sums = _moments(points)
    begins, ends, wall = _straight_runs(owner, starts, sums, STRAIGHT * samples_per_cell)
    segments = _fitted(points, begins, ends, sums)
    long = np.hypot(*(segments[:, 1] - segments[:, 0]).T) >= LINE_LENGTH * samples_per_cell
    return segments[long], wall[long]


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
    walls = _trace(label_raster, lines, samples_per_cell) if len(lines) else []
    if not walls:
        return Walls(np.empty((0, 2, 2)), [], [], [])
    chains, *_ = zip(*walls, strict=True)
    starts = np.cumsum([0, *map(len, chains[:-1])])
    segments, wall = _segments(np.concatenate(chains), starts, lines, samples_per_cell)
    _, paths, closed, curvature = ([walls[k][column] for k in np.unique(wall)] for column in range(4))
    return Walls(segments / samples_per_cell, paths, closed, curvature)
