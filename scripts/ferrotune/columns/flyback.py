"""Flyback: where the scan rows begin, the beam is still on its way, and all rows are stretched alike."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.columns.motif import SITE_RADIUS

# Our choices.
RANGE = 15.0  # cells from the left edge that are compared
LENGTHS = np.geomspace(0.4, 5.0, 16)  # cells; over which the flyback may fall to 1/e
BANDS = 8  # of rows, each measured by itself: their scatter is the standard error
CLEAR = 5.0  # standard errors
LEAST = 0.005  # stretch of the first cell, share
FREE = 0.002  # stretch from which on the image is as good as elsewhere


@dataclass(frozen=True)
class Flyback:
    """The beam is behind by `amplitude` (px, with its standard `error`) where a row begins.

    It falls exponentially over `length` (px).
    """

    amplitude: float
    error: float
    length: float

    def reach(self):
        """Distance from the left edge, px, from which on cells are stretched by less than `FREE`."""
        return self.length * np.log(self.amplitude / self.length / FREE)

    def doubt(self, rows, pixel_size_pm):
        """What the user should do, in a sentence; `rows` is the height of the image, px."""
        pm = f" ({self.amplitude * pixel_size_pm:.0f} pm)" if pixel_size_pm else ""
        return (
            f"flyback: at the left edge all rows are stretched, by {100 * self.amplitude / self.length:.1f} % in the "
            f"first pixels, and columns there are seen {self.amplitude:.1f} +- {self.error:.1f} px{pm} too far left; "
            f"to leave this out, mask box 0 0 {rows} {int(np.ceil(self.reach()))}"
        )


def _fitted(terms, step):
    """Parameters of a linear model (n, k) of steps (n,), and the sum of the squared residuals."""
    found, *_ = np.linalg.lstsq(terms, step, rcond=None)
    return found, float(((step - terms @ found) ** 2).sum())


def _exponential(first, second, length):
    """Terms (n, 2) of steps between columns at `first` and `second` (n,) px: the lattice's step, and the flyback."""
    return np.column_stack([np.ones_like(first), np.exp(-first / length) - np.exp(-second / length)])


def measure_flyback(yx, lattice):
    """Measure the flyback from the distances of columns along the rows.

    A crystal does not know where the frame begins: what stretches all rows alike, most at the left edge and
    exponentially less away from it, is of the scan. A domain beside the edge, with a longer lattice, is a step.

    Parameters
    ----------
    yx : (n, 2) px, columns of one sublattice
    lattice : ferrotune.columns.phase.Lattice

    Returns
    -------
    Flyback, or None where none is clear

    Examples
    --------
    >>> from ferrotune.columns.phase import Lattice
    >>> yx = 20.0 * np.argwhere(np.ones((20, 20))) + 5 + np.random.default_rng(0).normal(0, 0.05, (400, 2))
    >>> lattice = Lattice(np.array([20.0, 0]), np.array([0, 20.0]))
    >>> print(measure_flyback(yx, lattice))
    None
    >>> found = measure_flyback(yx - [0, 2] * np.exp(-yx / 40), lattice)
    >>> print(round(found.amplitude), round(found.length, -1))
    2 40.0
    """
    cell = lattice.cell_px
    distance, index = cKDTree(yx).query(yx + lattice.b, distance_upper_bound=SITE_RADIUS * cell)
    near = np.isfinite(distance) & (yx[:, 1] < RANGE * cell)
    here, there = yx[near], yx[index[near]]
    first, second, step = here[:, 1], there[:, 1], there[:, 1] - here[:, 1]
    if len(step) < BANDS * RANGE:
        return None
    usual = np.abs(step - np.median(step)) < SITE_RADIUS / 2 * cell
    here, first, second, step = here[usual], first[usual], second[usual], step[usual]
    misfit, length = min((_fitted(_exponential(first, second, of), step)[1], of) for of in LENGTHS * cell)
    edges = cell * np.arange(1.5, RANGE / 2, 0.5)
    if min(_fitted(np.column_stack([np.ones_like(first), first < edge]), step)[1] for edge in edges) < misfit:
        return None
    terms, band = _exponential(first, second, length), np.argsort(np.argsort(here[:, 0])) * BANDS // len(step)
    each = [_fitted(terms[band == of], step[band == of])[0][1] for of in range(BANDS)]
    found = Flyback(float(np.mean(each)), float(np.std(each, ddof=1) / np.sqrt(BANDS)), float(length))
    is_clear = found.amplitude > CLEAR * found.error and found.amplitude / length * np.exp(-cell / 2 / length) > LEAST
    return found if is_clear else None
