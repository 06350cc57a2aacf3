"""Slow shifts of the scan rows, which move whole cells along the rows: how much of them is left in the columns."""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.columns.motif import SITE_RADIUS

# Our choices, on drawn columns of 24, 60 and 150 rows, with and without drift.
DRIFT = 3  # degree of the polynomial that is taken as drift; shifts of fewer periods in the image look like it
NEAR = 8  # periods up to which the power of these is extrapolated from
FEWEST = 4  # columns in half a row


def _steps(yx, lattice):
    """How far columns are shifted along the rows against those one vector a above: (step, height, place) of each."""
    distance, index = cKDTree(yx).query(yx + lattice.a, distance_upper_bound=SITE_RADIUS * lattice.cell_px)
    found = np.isfinite(distance)
    if not found.any():
        return np.zeros((3, 0))
    step = yx[index[found], 1] - yx[found, 1]
    usual = np.abs(step - np.median(step)) < SITE_RADIUS / 2 * lattice.cell_px
    return step[usual], yx[found][usual, 0], yx[found][usual, 1]


def _by_rows(step, row, count):
    """Mean of the steps of each row (count,); rows with few get that of all."""
    many = np.bincount(row, minlength=count)
    total = np.bincount(row, step - step.mean(), count)
    return np.where(many >= FEWEST, total / np.maximum(many, 1), 0.0)


def _without_drift(shift):
    """Shifts (row,) less a polynomial over the rows."""
    terms = np.vander(np.linspace(-1, 1, len(shift)), DRIFT + 1)
    return shift - terms @ np.linalg.lstsq(terms, shift, rcond=None)[0]


def slow_shifts(yx, lattice):
    """Measure the slow shifts of rows that are left in the positions of columns along the rows.

    Parameters
    ----------
    yx : (n, 2) px, columns of one sublattice
    lattice : ferrotune.columns.phase.Lattice

    Returns
    -------
    float
        px, RMS; 0 where there are too few columns.

    Notes
    -----
    The shift of a row of columns against the one above it is measured in the left and in the right half of the image:
    what they have in common is of the scan. Drift is slow: its part in these steps is a polynomial over the image, and
    is taken off. It takes shifts of one or two periods with it, whose power is extrapolated from that of more periods:
    for random shifts that are alike over a few rows it is a line over the square of the frequency. Ours.

    Examples
    --------
    >>> from ferrotune.columns.phase import Lattice
    >>> rng = np.random.default_rng(0)
    >>> yx = 20.0 * np.argwhere(np.ones((60, 30))) + rng.normal(0, 0.1, (1800, 2))
    >>> lattice = Lattice(np.array([20.0, 0]), np.array([0, 20.0]))
    >>> print(slow_shifts(yx, lattice) < 0.1)
    True
    >>> yx[:, 1] += np.repeat(rng.normal(0, 1, 60), 30)
    >>> print(abs(slow_shifts(yx, lattice) - 1) < 0.3)
    True
    """
    step, height, place = _steps(yx, lattice)
    if len(step) < FEWEST**2:
        return 0.0
    row = np.floor((height - height.min()) / abs(lattice.a[0])).astype(int)
    count, left = int(row.max()) + 1, place < np.median(place)
    if count < 2 * NEAR:
        return 0.0
    one, other = (np.fft.rfft(_without_drift(_by_rows(step[half], row[half], count))) for half in (left, ~left))
    frequency, periods = np.fft.rfftfreq(count), np.arange(count // 2 + 1)
    kept, near = periods >= DRIFT, (periods >= DRIFT) & (periods <= NEAR)
    power = (one * other.conj()).real[kept] / count / (2 * np.sin(np.pi * frequency[kept])) ** 2
    line = np.column_stack([np.ones(near.sum()), frequency[near] ** 2])
    lowest = power[: near.sum()]
    slower = max(np.linalg.lstsq(line, lowest, rcond=None)[0][0], lowest.mean())
    return float(np.sqrt(max(2 * (power.sum() + (DRIFT - 1) * slower) / count, 0.0)))
