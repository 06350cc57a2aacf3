"""Domain walls of a label raster: straight segments, and the ordered lines that they belong to."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.errors import InputError
from ferrotune.walls.hough import LINE_LENGTH, SUPPORT, hough_lines, points_along
from ferrotune.walls.paths import DIGITS, smoothed
from ferrotune.walls.segments import straight_segments
from ferrotune.walls.tracing import follow, interfaces

# Our choices, in cells and degrees.
REACH = 4.0  # length over which the direction of a wall at a junction is measured
JUNCTION = 0.5  # nearer junctions are joined: four domains rarely meet in one point of the raster
BEND = 45.0  # a wall continues through a junction if it bends by less


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


NO_WALLS_AT_ALL = Walls(np.empty((0, 2, 2)), [], [], [])


def _near(points, others, distance):
    """Whether each point (positions of 0 or more) lies within `distance` of one of the others."""
    # two points in one square of this side are near each other: most points need no search
    squares, held = (np.floor(at / (distance / 2)).astype(int) for at in (points, others))
    taken = np.zeros(np.maximum(squares.max(axis=0), held.max(axis=0)) + 1, dtype=bool)
    taken[*held.T] = True
    near = taken[*squares.T]
    near[~near] = np.isfinite(cKDTree(others).query(points[~near], distance_upper_bound=distance)[0])
    return near


def _trace(label_raster, lines, samples_per_cell):
    """Walls near the Hough lines: their points (samples), the number of points of each, and which are rings."""
    midpoints, corners = interfaces(label_raster)
    near = _near(midpoints, points_along(lines, samples_per_cell / 2)[0], SUPPORT * samples_per_cell)
    midpoints, corners = midpoints[near], corners[near]
    reach, short = round(REACH * samples_per_cell), round(JUNCTION * samples_per_cell)
    order, starts, closed = follow(midpoints, corners, reach, short, BEND)
    points, counts = midpoints[order], np.diff(starts, append=len(order))
    extent = np.hypot(*(np.maximum.reduceat(points, starts) - np.minimum.reduceat(points, starts)).T)
    wide = extent >= LINE_LENGTH * samples_per_cell  # no segment fits into others
    return points[np.repeat(wide, counts)], counts[wide], closed[wide]


def _cut(ring, path, curvature):
    """Points of a ring, starting at the sharpest corner of its path: no straight stretch is cut in two there."""
    corner = path[np.argmax(curvature.round(DIGITS))]
    return np.roll(ring, -int(np.argmin(np.hypot(*(ring - corner).T).round(DIGITS))), axis=0)


def find_walls(label_raster, samples_per_cell, seed):
    """Find the domain walls of a label raster: straight segments, and smooth ordered paths with their curvature.

    The probabilistic Hough transform finds where walls are. A wall is followed along the interface of two
    labels, the middle line of the wall map, within 2 cells of a Hough line. At a junction it continues into
    the branch that bends least. The transform breaks a jagged wall into many short lines; how many depends on the
    wall's angle. Neighbouring lines of a wall are merged into one segment while their union is straight.

    Parameters
    ----------
    label_raster : (rows, cols) int
        Labels, negative where there is none. The result depends on where they differ, not on their values.
    samples_per_cell : int
        Samples of the raster along a unit cell, 4 or more.
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
    The paper publishes no Hough settings: the constants of this package are ours. A wall of sites on a lattice is a
    staircase of whole cells, so curvature is taken from cubics fitted over 5 cells each way (Savitzky and
    Golay 1964). Straight walls of sites at 90 angles then have a mean curvature of 0.013/cell, 0.038/cell at
    worst (cubics over 3 cells: 0.05 and 0.11); drawn rings of radius 5 to 40 cells are 6 % to 0 % too flat.

    Examples
    --------
    One straight wall between two domains of 20 by 10 unit cells, drawn with 8 samples a cell:

    >>> import numpy as np
    >>> labels = np.repeat([[0, 1]], 80, axis=1).repeat(160, axis=0)
    >>> walls = find_walls(labels, samples_per_cell=8, seed=0)
    >>> len(walls.paths), walls.closed
    (1, [False])
    >>> walls.segments.round(1).tolist()
    [[[0.0, 9.9], [19.9, 9.9]]]
    """
    if samples_per_cell < 4:
        raise InputError(f"walls: {samples_per_cell} samples a cell; draw the labels with 4 or more (8 is usual)")
    lines = hough_lines(label_raster, samples_per_cell, seed)
    if not len(lines):
        return NO_WALLS_AT_ALL
    points, counts, closed = _trace(label_raster, lines, samples_per_cell)
    if not len(counts):
        return NO_WALLS_AT_ALL
    path, path_counts, curvature = smoothed(points / samples_per_cell, counts, closed)
    paths, curvature = (np.split(of, np.cumsum(path_counts)[:-1]) for of in (path, curvature))
    starts = np.cumsum(counts) - counts
    for k in np.flatnonzero(closed):
        ring = slice(starts[k], starts[k] + counts[k])
        points[ring] = _cut(points[ring], paths[k] * samples_per_cell, curvature[k])
    segments, wall = straight_segments(points, starts, lines, samples_per_cell)
    paths, closed, curvature = ([of[k] for k in np.unique(wall)] for of in (paths, closed.tolist(), curvature))
    return Walls(segments / samples_per_cell, paths, closed, curvature)
