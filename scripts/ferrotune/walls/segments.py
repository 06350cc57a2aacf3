"""Straight segments of walls: runs of points with a Hough line of their own, merged while they are straight."""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.walls.hough import LINE_LENGTH, SUPPORT, points_along
from ferrotune.walls.paths import DIGITS

STEP = 0.25  # cells; between the points of a Hough line that look for those of a wall
LINES = 512  # whose points are looked up at a time
STRAIGHT = 0.5  # cells; largest RMS distance of a straight stretch from its line; a staircase of sites has 0.29


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
    """Ends (n, 2, 2) of the least-squares lines of runs of points, where the first and last point lie on them."""
    moments = (sums[ends] - sums[begins]).T
    yy, xx, yx = _scatter(moments)
    angle = 0.5 * np.arctan2(2 * yx, xx - yy)
    centre, direction = (moments[1:3] / moments[0]).T, np.column_stack([np.sin(angle), np.cos(angle)])
    reach = [(points[a:b] - c) @ d for a, b, c, d in zip(begins, ends, centre, direction, strict=True)]
    reach = np.array([[r.min(), r.max()] for r in reach]).reshape(-1, 2)
    return centre[:, None] + reach[..., None] * direction[:, None]


def _owners(points, lines, samples_per_cell):
    """The Hough line that each point (n, 2) belongs to, (n,) int, -1 for none: a line takes points nearest to it."""
    owner, tree = np.full(len(points), -1), cKDTree(points)
    # where lines overlap the longest has the point, and of two as long the later
    rank = np.argsort(np.argsort(np.hypot(*(lines[:, 1] - lines[:, 0]).T), kind="stable"))
    # lines of a tile lie together, and some at a time keep their part of the tree at hand
    for some in range(0, len(lines), LINES):
        along, line = points_along(lines[some : some + LINES], STEP * samples_per_cell)
        distance, nearest = tree.query(along, distance_upper_bound=SUPPORT * samples_per_cell)
        near = np.isfinite(distance)
        np.maximum.at(owner, nearest[near], rank[some + line[near]])
    return owner


def straight_segments(points, starts, lines, samples_per_cell):
    """Straight stretches of walls: where a Hough line has a run of a wall's points, runs merged.

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
    # the points of the interface, not the smoothed path: smoothing rounds a corner into a stretch of its own
    owner = _owners(points, lines, samples_per_cell)
    sums = _moments(points)
    begins, ends, wall = _straight_runs(owner, starts, sums, STRAIGHT * samples_per_cell)
    segments = _fitted(points, begins, ends, sums)
    long = np.hypot(*(segments[:, 1] - segments[:, 0]).T) >= LINE_LENGTH * samples_per_cell
    return segments[long], wall[long]
