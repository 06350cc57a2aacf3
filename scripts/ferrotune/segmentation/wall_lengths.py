"""Lengths of walls: along their points, and for a ring back to its first point."""

import numpy as np


def whole_path(path, closed):
    """Points of a wall from its first end to its last; a ring ends at its first point.

    Parameters
    ----------
    path : (m, 2) float
        Points in order; a ring does not repeat its first point.
    closed : bool
        Whether the wall is a ring.

    Returns
    -------
    (m, 2) or (m + 1, 2) float

    Examples
    --------
    >>> whole_path(np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), True).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]
    """
    return np.concatenate([path, path[:1]]) if closed else path


def wall_lengths(paths, closed):
    """Length of each wall, with straight lines between its points.

    Parameters
    ----------
    paths : list of (m, 2) float
        Points of each wall in order.
    closed : (wall,) bool
        Whether each wall is a ring.

    Returns
    -------
    (wall,) float
        In the unit of the points.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 2.0], [2.0, 0.0]])
    >>> wall_lengths([square, square], [False, True]).tolist()
    [6.0, 8.0]
    """
    if not len(paths):
        return np.zeros(0)
    knots = [whole_path(path, ring) for path, ring in zip(paths, closed, strict=True)]
    starts = np.cumsum([0, *map(len, knots[:-1])])
    steps = np.hypot(*np.diff(np.concatenate(knots), axis=0, append=np.nan).T)
    steps[starts - 1] = 0  # from a wall to the next, and beyond the last
    return np.add.reduceat(steps, starts)


def walls_per_area(lengths, area):
    """Length of all walls per area, 1/cell: the reward `wall_density`, and the column of the summary.

    Parameters
    ----------
    lengths : (wall,) float
        Length of each wall, cells.
    area : float
        Area in which there are sites, unit cells.

    Returns
    -------
    float
        0 without walls.
    """
    return lengths.sum() / area
