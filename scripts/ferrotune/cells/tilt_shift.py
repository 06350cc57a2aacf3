"""What mis-tilt adds to the polarization, from the asymmetry of the A columns.

In a tilted crystal deeper atoms are displaced to one side. A and B columns are seen at different depths, so that B
seems to be displaced; and deeper atoms are seen by a broader beam, so that columns lean to one side. The second shows
the first.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from ferrotune.columns.sublattices import A

# Shift of B over the asymmetry of A, widths of A. By multislice: BiFeO3, 200 kV, 21 mrad, 4 nm, mis-tilt 3 and 6 mrad
# along [110], where it is 4.85 and 4.68. It grows with the thickness: at 8 nm it is 8.4 to 9.6, and half of the shift
# is found.
SHIFT_OF_ASYMMETRY = -4.7
SMOOTH = 8.0  # cells; sigma. Tilt changes slowly, and a column alone shows its asymmetry to some ten pm of shift. Ours
OUTLIER = 4.0  # robust standard deviations
FEWEST = 30  # columns; fewer in the image say nothing
TREND_CELLS = 10  # cells; a smaller image shows no trend


@dataclass(frozen=True)
class TiltShift:
    """Apparent displacement of B by mis-tilt.

    Attributes
    ----------
    shift, sigma : (cell, 2) px as (y, x)
        And its standard error by noise, at each unit cell; NaN where it is not known.
    trend : (2, 2) px
        Slow linear change of the polarization over the image, along y and x (rows), of its y and x components: tilt, or
        domains.
    """

    shift: np.ndarray
    sigma: np.ndarray
    trend: np.ndarray

    def said(self, pixel_size_pm, corrected):
        """The shift in a sentence, for the log."""
        unit, name = (pixel_size_pm, "pm") if pixel_size_pm else (1.0, "px")
        if not np.isfinite(self.shift).any():
            return "shift by mis-tilt: not known, too few A columns"
        mean, error = (np.nanmean(of, axis=0) * unit for of in (self.shift, self.sigma))
        size = np.nanpercentile(np.hypot(*self.shift.T), 95) * unit
        done = "taken off the polarization" if corrected else "not taken off"
        return (
            f"shift of B by mis-tilt, from the asymmetry of A: mean ({mean[0]:.2g}, {mean[1]:.2g}) +- "
            f"({error[0]:.1g}, {error[1]:.1g}) {name} as (y, x), {size:.2g} {name} at most; {done}"
        )

    def attributes(self, corrected):
        """Attributes (dict) of the store of unit cells."""
        known = np.isfinite(self.shift).any()
        mean, error = (np.nanmean(of, axis=0).tolist() if known else None for of in (self.shift, self.sigma))
        trend = self.trend.tolist() if np.isfinite(self.trend).all() else None
        return {
            "tilt_shift_px": mean,
            "tilt_shift_sigma_px": error,
            "tilt_corrected": bool(corrected and known),
            "polarization_trend_px": trend,
        }


def linear_trend(yx, polarization, cell_px):
    """Linear change of the polarization from one side of an image to the other, by least squares.

    Parameters
    ----------
    yx, polarization : (cell, 2) px; NaN where a cell has no polarization
    cell_px : float

    Returns
    -------
    (2, 2) px
        From top to bottom, and from left to right, of both components; NaN where the image is too small.
    """
    known = np.isfinite(polarization).all(axis=1)
    extent = np.ptp(yx[known], axis=0) if known.any() else np.zeros(2)
    if extent.min() < TREND_CELLS * cell_px:
        return np.full((2, 2), np.nan)
    place = np.column_stack([(yx[known] - yx[known].mean(axis=0)) / extent, np.ones(known.sum())])
    return np.linalg.lstsq(place, polarization[known], rcond=None)[0][:2]


def tilt_shift(cells, yx, asymmetry, width, sublattice, cell_px):
    """Measure the apparent displacement of B by mis-tilt.

    Parameters
    ----------
    cells : ferrotune.cells.unit_cells.Cells
    yx : (column, 2) px
    asymmetry : (column, 2), from `ferrotune.columns.asymmetry.column_asymmetry`
    width : (column,) px
    sublattice : (column,) int
    cell_px : float

    Returns
    -------
    TiltShift

    Notes
    -----
    A coma of the probe is an asymmetry, too, and is taken for tilt; a displacement of B by 47 pm changes that of A as
    2 mrad do. The error bars are those of noise, without these and without `SHIFT_OF_ASYMMETRY`.
    """
    trend = linear_trend(cells.yx, cells.polarization, cell_px)
    lost = np.full(cells.yx.shape, np.nan)
    known = (sublattice == A) & np.isfinite(asymmetry).all(axis=1)
    if known.sum() < FEWEST:
        return TiltShift(lost, lost, trend)
    values, at = asymmetry[known] * SHIFT_OF_ASYMMETRY * np.median(width[known]), yx[known] / cell_px
    off = values - np.median(values, axis=0)
    scatter = 1.4826 * np.median(np.abs(off), axis=0)
    near = (np.abs(off) <= OUTLIER * np.maximum(scatter, 1e-12)).all(axis=1)
    values, at = values[near], np.rint(at[near]).astype(int)
    size = np.maximum(at.max(axis=0), np.rint(cells.yx.max(axis=0, initial=0) / cell_px).astype(int)) + 1
    grid = np.zeros((3, *size))
    np.add.at(grid, (slice(None), *at.T), np.column_stack([np.ones(len(at)), values]).T)
    count, *sums = (gaussian_filter(of, SMOOTH, mode="constant") for of in grid)
    # the sum of squared weights of a Gaussian is another Gaussian, narrower by the root of two
    squares = gaussian_filter(grid[0], SMOOTH / np.sqrt(2), mode="constant") / (4 * np.pi * SMOOTH**2)
    where = (cells.yx / cell_px).T
    total, share = (np.maximum(map_coordinates(of, where, order=1, mode="nearest"), 1e-12) for of in (count, squares))
    shift = np.stack([map_coordinates(of, where, order=1, mode="nearest") for of in sums], axis=1) / total[:, None]
    return TiltShift(shift, np.sqrt(share)[:, None] / total[:, None] * values.std(axis=0), trend)


def without_tilt(measured, tilt):
    """Unit cells with the shift by mis-tilt taken off their polarization, and its error added.

    Parameters
    ----------
    measured : Cells, Strain and CellErrors, from `ferrotune.cells.strain.measure_cells`
    tilt : TiltShift

    Returns
    -------
    Cells, Strain, CellErrors; as they are where the shift is not known
    """
    cells, strain, errors = measured
    shift, sigma = (np.nan_to_num(of) for of in (tilt.shift, tilt.sigma))
    cells = replace(cells, polarization=cells.polarization - shift)
    return cells, strain, replace(errors, polarization=np.hypot(errors.polarization, sigma))
