"""Slow shifts of the scan rows, which move whole cells along the rows: how much of them is left in the columns."""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.columns.motif import SITE_RADIUS

# Our choices, on simulated films with and without drift.
DRIFT = 10.0  # cells; shifts of longer periods cannot be distinguished from drift
OCTAVE = 2.0  # highest over lowest frequency from which their power is known
FEWEST = 4  # columns in half a row, and rows in a period of `DRIFT`


def _steps(yx, lattice):
    """How far columns are shifted along the rows against those one vector a above: (step, height, place) of each."""
    distance, index = cKDTree(yx).query(yx + lattice.a, distance_upper_bound=SITE_RADIUS * lattice.cell_px)
    found = np.isfinite(distance)
    step = yx[index[found], 1] - yx[found, 1]
    usual = np.abs(step - np.median(step)) < SITE_RADIUS / 2 * lattice.cell_px
    return step[usual], yx[found][usual, 0], yx[found][usual, 1]


def _by_rows(step, row, count):
    """Mean of the steps of each row (count,); rows with few get that of all."""
    many = np.bincount(row, minlength=count)
    total = np.bincount(row, step - step.mean(), count)
    return np.where(many >= FEWEST, total / np.maximum(many, 1), 0.0)


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
    what they have in common is of the scan. Where shifts have periods of more than 10 cells, drift is among them. The
    power of random shifts that are alike over a few rows does not depend on the frequency there. Therefore that of the
    longest periods below is taken in its place. Ours.

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
    frequency = np.fft.rfftfreq(count)  # in rows of cells
    kept = frequency * DRIFT >= 1
    if count < FEWEST or not kept.any():
        return 0.0
    one, other = (np.fft.rfft(_by_rows(step[half], row[half], count)) for half in (left, ~left))
    power = (one * other.conj()).real[kept] / count / (2 * np.sin(np.pi * frequency[kept])) ** 2
    lowest = frequency[kept] <= OCTAVE * frequency[kept][0]
    slower = np.count_nonzero(~kept) - 1  # without the mean
    return float(np.sqrt(max(2 * (power.sum() + slower * power[lowest].mean()) / count, 0.0)))
