"""Straight segments of walls: runs of points on one Hough line, merged while their union is straight."""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.walls.hough import LINE_LENGTH, SUPPORT, points_along
from ferrotune.walls.paths import DIGITS

STEP = 0.25  # cells; between the points of a Hough line for which the nearest points of a wall are searched
LINES = 512  # Hough lines that are searched for at a time
STRAIGHT = 0.5  # cells; largest RMS distance of a straight stretch from its line; a staircase of sites has 0.29


def _moments(points):
    """Running sums (n + 1, 6), starting at 0; their differences give the line through any run of points."""
    # in samples, positions are whole and half numbers: the sums stay exact over any number of walls
    y, x = points.T
    sums = np.cumsum([np.ones(len(y)), y, x, y * y, x * x, y * x], axis=1).T
    return np.concatenate([np.zeros((1, 6)), sums])


def _scatter(moments):
    """Variances of y and x and their covariance, times the number of points squared; exact, from the six sums."""
    n, y, x, yy, xx, yx = moments
    return n * yy - y * y, n * xx - x * x, n * yx - y * x


def _unevenness(moments):
    """RMS distance of points from the line fitted to them, from their six sums."""
    yy, xx, yx = _scatter(moments)
    narrow = (yy + xx) / 2 - np.hypot((xx - yy) / 2, yx)
    return np.sqrt(np.maximum(narrow, 0)) / moments[0]  # rounding may leave it below 0


def _merged(bounds, starts, sums, limit):
    """Merge neighbouring runs of points whose union is straight, and return the bounds that remain.

    In each step, every union is made that is straighter than those that overlap it, until no union is straight to
    `limit`. Walls begin at `starts`, and the last bound is the end of all points: these bounds stay.
    """

    def cost_at(places):
        cost = _unevenness((sums[bounds[places + 1]] - sums[bounds[places - 1]]).T)
        # staircases of sites have many ties: after rounding, their order decides and not the last digit
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
        after, near = gone - np.arange(len(gone)), np.zeros(len(bounds), dtype=bool)
        near[after - 1] = near[after] = True
        near[[0, -1]] = False
        beside = np.flatnonzero(near)
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
    """Ends (n, 2, 2) of the least-squares lines of runs: the projections of the outermost points of each run."""
    moments = (sums[ends] - sums[begins]).T
    yy, xx, yx = _scatter(moments)
    angle = 0.5 * np.arctan2(2 * yx, xx - yy)
    centre, direction = (moments[1:3] / moments[0]).T, np.column_stack([np.sin(angle), np.cos(angle)])
    reach = [(points[a:b] - c) @ d for a, b, c, d in zip(begins, ends, centre, direction, strict=True)]
    reach = np.array([[r.min(), r.max()] for r in reach]).reshape(-1, 2)
    return centre[:, None] + reach[..., None] * direction[:, None]


def _owners(points, lines, samples_per_cell):
    """Hough line of each point (n, 2): (n,) int, -1 for none. A line takes the points that are nearest to it."""
    owner, tree = np.full(len(points), -1), cKDTree(points)
    # where lines overlap, the longest line takes the point; of equally long lines, the later one
    rank = np.argsort(np.argsort(np.hypot(*(lines[:, 1] - lines[:, 0]).T), kind="stable"))
    # lines of a tile are near each other: some at a time use the same part of the tree, which is faster
    for some in range(0, len(lines), LINES):
        along, line = points_along(lines[some : some + LINES], STEP * samples_per_cell)
        distance, nearest = tree.query(along, distance_upper_bound=SUPPORT * samples_per_cell)
        near = np.isfinite(distance)
        np.maximum.at(owner, nearest[near], rank[some + line[near]])
    return owner


def straight_segments(points, starts, lines, samples_per_cell):
    """Straight stretches of walls: runs of points on one Hough line, merged while their union is straight.

    Parameters
    ----------
    points : (n, 2) float
        (y, x) of the interface's points, in samples, wall after wall, in order.
    starts : (walls,) int
        Where each wall starts in `points`.
    lines : (m, 2, 2) float
        Hough lines, (first or last end, y or x), in samples.
    samples_per_cell : int

    Returns
    -------
    segments : (k, 2, 2) float
        As `lines`: least-squares lines of the points, LINE_LENGTH or longer, along the walls.
    wall : (k,) int
        The wall of each.
    """
    # the points of the interface, not the smoothed path: smoothing would make a rounded corner a stretch of its own
    owner = _owners(points, lines, samples_per_cell)
    sums = _moments(points)
    begins, ends, wall = _straight_runs(owner, starts, sums, STRAIGHT * samples_per_cell)
    segments = _fitted(points, begins, ends, sums)
    long = np.hypot(*(segments[:, 1] - segments[:, 0]).T) >= LINE_LENGTH * samples_per_cell
    return segments[long], wall[long]
