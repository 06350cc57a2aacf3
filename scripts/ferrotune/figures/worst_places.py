"""Where the columns of an image are least to be trusted: off the lattice of their neighbours, or badly measured."""

import numpy as np
from scipy.spatial import cKDTree

OFF = 0.15  # cells; a column further from its neighbours' lattice is off it. Ours: walls and scan noise stay below
MOST_ERROR = 10.0  # an error counts at most as so many times the median of its sublattice: one wild fit is no place
FEWEST = 0.4  # share of the columns of a usual window that a window must have to be looked at
SHIFTS = 2  # windows overlap by one part in so many along each axis


def lattice_misfit(yx, sublattice, lattice, mask):
    """How far each column is from where its neighbours of the same sublattice say that it should be.

    Parameters
    ----------
    yx : (column, 2) px
    sublattice : (column,) int
    lattice : (2, 2) px, the vectors a and b
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    (column,) float
        Mean distance (cells) between the neighbours along +a, -a, +b, -b and their places; a neighbour that is
        missing where the image is used counts as half a cell. NaN where no place of a neighbour is in the image.
    """
    cell = np.sqrt(abs(np.linalg.det(lattice)))
    found = np.full((4, len(yx)), np.nan)
    for number in np.unique(sublattice):
        of = np.flatnonzero(sublattice == number)
        tree = cKDTree(yx[of])
        for i, vector in enumerate((lattice[0], -lattice[0], lattice[1], -lattice[1])):
            places = yx[of] + vector
            distance = np.minimum(tree.query(places)[0] / cell, 0.5)
            found[i, of] = np.where(_is_used(places, vector / 2, mask) | (distance < 0.5), distance, np.nan)
    known = np.isfinite(found)
    return np.where(known.any(axis=0), np.where(known, found, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)


def _is_used(places, beyond, mask):
    """Whether the image is used at places (n, 2) px, and half a cell further out."""
    used = np.ones(len(places), bool)
    for at in (places, places + beyond):
        y, x = np.round(at).astype(int).T
        inside = (y >= 0) & (x >= 0) & (y < mask.shape[0]) & (x < mask.shape[1])
        used[inside] &= mask[y[inside], x[inside]]
        used &= inside
    return used


def relative_errors(sigma_yx, sublattice):
    """Standard error of each column (column,), in medians of its sublattice, at most 10; NaN where unknown."""
    error = np.hypot(*np.asarray(sigma_yx, float).T)
    relative = np.full(len(error), np.nan)
    for number in np.unique(sublattice):
        of = sublattice == number
        if np.isfinite(error[of]).any():
            relative[of] = error[of] / max(np.nanmedian(error[of]), 1e-12)
    return np.minimum(relative, MOST_ERROR)


def worst_window(yx, values, side, shape, others=()):
    """The window in which the mean of a value is largest.

    Parameters
    ----------
    yx : (column, 2) px
    values : (column,) float; NaN is left out
    side : int, px, of the window; at most that of the image
    shape : (rows, columns) of the image, px
    others : list of windows that it must not overlap by more than half along both axes

    Returns
    -------
    ((top, bottom), (left, right)) px, ends not included; None where no window has enough columns
    """
    known = np.isfinite(values)
    step = side / SHIFTS
    cells = np.maximum(np.ceil(np.array(shape) / step).astype(int), SHIFTS)
    at = np.clip((yx[known] // step).astype(int), 0, cells - 1)
    count, total = (
        np.bincount(at @ [cells[1], 1], weights, minlength=cells.prod()).reshape(cells)
        for weights in (None, values[known])
    )
    count, total = (sum(_corner(of, i, j) for i in range(SHIFTS) for j in range(SHIFTS)) for of in (count, total))
    enough = count >= max(FEWEST * np.percentile(count, 90), 1)
    mean = np.where(enough, total / np.maximum(count, 1), -np.inf)
    for place in np.argsort(-mean, axis=None, kind="stable"):
        row, column = np.unravel_index(place, mean.shape)
        if not np.isfinite(mean[row, column]):
            return None
        first = np.clip(np.round([row * step, column * step]).astype(int), 0, np.array(shape) - side)
        window = tuple((int(start), int(start) + side) for start in first)
        if not any(_overlap(window, other, side) for other in others):
            return window
    return None


def _corner(values, i, j):
    """Values (rows, columns) from row i and column j on, so that sums over i, j are of whole windows."""
    rows, columns = (n - SHIFTS + 1 for n in values.shape)
    return values[i : i + rows, j : j + columns]


def _overlap(window, other, side):
    """Whether two windows share more than half of their side along both axes."""
    return all(abs(one[0] - two[0]) < side / 2 for one, two in zip(window, other, strict=True))
