"""Shifts of the scan rows along themselves, measured from the columns: all that one row crosses is shifted together."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.ndimage import gaussian_filter1d
from scipy.sparse.linalg import splu

from ferrotune.columns.finding import find_columns
from ferrotune.columns.fit import gaussians
from ferrotune.columns.fit.threads import Threads
from ferrotune.columns.slow_shifts import slow_shifts
from ferrotune.columns.sublattices import A
from ferrotune.images.noise import measure_noise
from ferrotune.images.smoothing import local_mean
from ferrotune.images.straightening import noise_left, straightened

# Our choices, on simulated films with and without shifts, and on a rendered cubic crystal (border and passes).
STRIP = 300  # px; two strips of the image, each so wide at most, measure the shifts independently of each other
REACH = 2.6  # widths of a column
SLOW = 2.0  # cells; sigma. Slower changes are drift, which moves whole cells
EXPECTED = 1.0  # px; rows are expected to be shifted by about as much, before the image says by how much
PLACE = 2.0  # px; the same for the place of a column
SHAPE = 0.1  # px; the same for what the columns of a region have in common, down their rows: it is no shift
REGION = 8.0  # cells
BORDER = 0.4  # cells; columns outside the image are not drawn, and disturb those beside them
PASSES = 3
CLEAR = 2.0  # rows are moved back where what their shifts add to P is so many times as large as the error of it
LEAST = 0.01  # px


@dataclass(frozen=True)
class ScanNoise:
    """What the scan did to an image.

    Attributes
    ----------
    shift : (y,) float
        Shift of each scan row along itself, px, where it is clear enough to be taken off; else 0.
    rms : float
        Root mean square of the measured shifts, px, without slow drift.
    left : float
        What shifts that are not taken off add to the place of a column along the rows, RMS, px; the slow ones, too.
    slow : float
        The part of it that moves whole cells, px.
    """

    shift: np.ndarray
    rms: float
    left: float
    slow: float = 0.0

    @classmethod
    def unknown(cls, rows):
        """For an image with this number of rows, whose scan noise was not measured."""
        return cls(np.zeros(rows), np.nan, 0.0)

    def said(self, pixel_size_pm):
        """The scan noise in a sentence, for the log."""
        if not np.isfinite(self.rms):
            return "scan noise not measured"
        size = f"{self.rms:.2f} px" + (f" ({self.rms * pixel_size_pm:.1f} pm)" if pixel_size_pm else "")
        done = "the rows are moved back" if np.any(self.shift) else "not clear enough to move the rows back"
        return f"scan rows are shifted along themselves by {size} RMS; {done}"


def drawn_columns(shape, fit):
    """The fitted columns, (y, x), without their background."""
    reach = int(np.ceil(4 * fit.width.max()))
    canvas = np.zeros(np.array(shape) + 4 * reach, np.float32)
    theta, at = np.column_stack([fit.yx, fit.amplitude, fit.width]), gaussians.windows(fit.yx, reach, 2 * reach)
    gaussians.render(theta, np.zeros((len(theta), 2)), at, canvas, (0, len(canvas)))
    return canvas[2 * reach : -2 * reach, 2 * reach : -2 * reach]


def between_columns(shape, fit, cell_px):
    """Background between the columns, (y, x)."""
    at = tuple(np.clip(np.rint(fit.yx).astype(int), 0, np.array(shape) - 1).T)
    level, known = np.zeros(shape, np.float32), np.zeros(shape, bool)
    level[at], known[at] = fit.background, True
    return local_mean(level, known, cell_px / 2)


def _certainty(residual, model, mask, cell_px):
    """One over the standard deviation of each pixel, (y, x); 0 where a pixel says nothing."""
    step = max(1, mask.sum() // 100_000)
    noise = measure_noise(residual[mask][::step], model[mask][::step], np.zeros(-(-mask.sum() // step)))
    certain = np.where(mask, 1 / np.sqrt(noise.variance(model)), 0.0)
    border = int(np.ceil(BORDER * cell_px))
    inner = np.zeros(mask.shape, bool)
    inner[border:-border, border:-border] = True
    return certain * inner


def _of_columns(shape, certain, fit, sublattice, cell_px):
    """Derivatives (pixel, column) by the places of columns, and (pixel, 2 regions) by their common shape down the rows.

    The common shape is a displacement that grows with the distance from the centre of the column, and with its third
    power: columns that are tilted or elongated look like this.
    """
    half = int(np.ceil(REACH * np.median(fit.width)))
    off, centre = np.arange(-half, half + 1), np.rint(fit.yx).astype(int)
    rows, columns = (centre[:, axis, None] + off for axis in (0, 1))
    inside = ((rows >= 0) & (rows < shape[0]))[:, :, None] & ((columns >= 0) & (columns < shape[1]))[:, None, :]
    pixel = np.clip(rows, 0, shape[0] - 1)[:, :, None] * shape[1] + np.clip(columns, 0, shape[1] - 1)[:, None, :]
    t, u = ((of - fit.yx[:, axis, None]) / fit.width[:, None] for axis, of in enumerate((rows, columns)))
    down, along = fit.amplitude[:, None] * np.exp(-t * t / 2), u / fit.width[:, None] * np.exp(-u * u / 2)
    values = down[:, :, None] * along[:, None, :] * certain.ravel()[pixel] * inside
    block = (fit.yx / (REGION * cell_px)).astype(int).clip(0)
    _, region = np.unique(np.column_stack([sublattice, block]), axis=0, return_inverse=True)

    def matrix(values, number):
        number = np.broadcast_to(number.reshape(-1, 1, 1), values.shape)
        size = (shape[0] * shape[1], int(number.max()) + 1)
        return sparse.csr_array((values.ravel(), (pixel.ravel(), number.ravel())), shape=size)

    place = matrix(values, np.arange(len(centre)))
    return place, sparse.hstack([matrix(values * (t**power)[:, :, None], region.ravel()) for power in (1, 3)])


def _step(image, mask, fit, sublattice, cell_px, before, expected):
    """Least squares: how much further the rows (y,) and the columns (column,) are shifted, px.

    before : (y,) px, shifts that were taken off already; expected : px, size of the whole shifts
    """
    height, width = image.shape
    drawn = drawn_columns(image.shape, fit)
    model = drawn + between_columns(image.shape, fit, cell_px)
    residual = np.where(mask, image - model, 0.0)
    certain = _certainty(residual, model, mask, cell_px)
    place, shape = _of_columns(image.shape, certain, fit, sublattice, cell_px)
    row = np.repeat(np.arange(height), width)
    together = (-np.gradient(drawn, axis=1) * certain).ravel()  # a row that is shifted moves all columns in it
    rows = sparse.csr_array((together, (np.arange(row.size), row)), shape=(row.size, height))
    used = np.flatnonzero(certain)
    derivatives = sparse.hstack([place, shape, rows]).tocsr()[used]
    sizes = np.repeat([PLACE, SHAPE, max(expected, LEAST)], [place.shape[1], shape.shape[1], height])
    normal = (derivatives.T @ derivatives + sparse.diags_array(sizes**-2.0)).tocsc()
    right = derivatives.T @ (residual * certain).ravel()[used]
    right[-height:] -= before / sizes[-1] ** 2  # what is expected is the size of the whole shifts
    solved = splu(normal, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve(right)
    return solved[-height:], solved[: place.shape[1]]


def _in_columns(shift, width):
    """What shifts (y,) add to the place of a column on each row."""
    return gaussian_filter1d(shift, width / np.sqrt(2), mode="nearest")


def _in_polarization(shift, width, cell_px):
    """What shifts (y,) add to the polarization of a cell on each row: B less the A columns above and below."""
    seen, rows = _in_columns(shift, width), np.arange(len(shift))
    above, below = (np.interp(rows + half, rows, seen) for half in (-cell_px / 2, cell_px / 2))
    return seen - (above + below) / 2


def _common(one, other):
    """Root mean square of what two measurements (y,) have in common: 0 where it is noise."""
    return float(np.sqrt(max((one * other).mean(), 0.0)))


def _fast(shift, cell_px):
    """Shift (y,) without slow drift."""
    return shift - gaussian_filter1d(shift, SLOW * cell_px, mode="nearest")


@dataclass
class _Strip:
    """A strip of the image, from column `first` to `last`, and what is known of its columns and rows by now."""

    first: int
    last: int
    fit: object
    sublattice: np.ndarray

    @classmethod
    def of(cls, first, last, fit, sublattice):
        """Strip with the columns (FittedColumns) in it."""
        own = (fit.yx[:, 1] >= first) & (fit.yx[:, 1] < last)
        inside = fit[own]
        return cls(first, last, replace(inside, yx=inside.yx - [0, first]), sublattice[own])

    def measured(self, image, mask, cell_px, shift, expected):
        """Shift (y,) of the rows by this strip of the image, whose rows were moved back by `shift`; moves its fit."""
        part = slice(self.first, self.last)
        work = (image[:, part], mask[:, part], self.fit, self.sublattice, cell_px, shift, expected)
        step, place = _step(*work)
        found = _fast(shift + step, cell_px)
        slow = shift + step - found
        moved = place + np.interp(self.fit.yx[:, 0], np.arange(len(image)), slow)
        self.fit = replace(self.fit, yx=self.fit.yx + np.column_stack([0 * moved, moved]))
        return found


def _strips(fit, sublattice):
    """Two strips, in the middle of the left and of the right half of what the columns cover."""
    left, right = int(fit.yx[:, 1].min()), int(np.ceil(fit.yx[:, 1].max()))
    size = min(STRIP, (right - left) // 2)
    firsts = (left + part * (right - left) // 4 - size // 2 for part in (1, 3))
    return [_Strip.of(first, first + size, fit, sublattice) for first in firsts]


def measure_row_shifts(image, mask, fit, sublattice, cell_px, threads=1):
    """Measure how far each scan row is shifted along itself.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    fit : ferrotune.columns.fit.refinement.FittedColumns
    sublattice : (column,) int
    cell_px : float
    threads : int
        The strips are measured side by side from two on; the result is the same.

    Returns
    -------
    ScanNoise

    Notes
    -----
    A column has one place, and a row one shift: both follow from all pixels by least squares. Columns reach over many
    rows, which links each row with the next, so that a displacement of columns, in a domain for example, is no shift.
    Two strips of the image measure the same shifts: their covariance is that of the shifts, their difference the error.
    Slow drift is left. Ours.
    """
    strips, shift, expected = _strips(fit, sublattice), np.zeros(len(image)), EXPECTED
    none, width = shift, float(np.median(fit.width))
    if min(len(strip.sublattice) for strip in strips) == 0:
        return ScanNoise.unknown(len(image))
    for _ in range(PASSES):
        work = (straightened(image, shift), mask, cell_px, shift, expected)
        with Threads(min(threads, len(strips))) as shared:
            found = shared.map(lambda strip, work=work: strip.measured(*work), strips)
        expected = _common(*found)
        one, other = (_in_polarization(of, width, cell_px) for of in found)
        places = [_in_columns(of, width) for of in found]
        if _common(one, other) < CLEAR * (one - other).std() / 2:
            return ScanNoise(none, expected, _common(*places))
        before, shift = shift, (found[0] + found[1]) / 2
    missed = _in_columns(shift - before, width).std()  # it was still changing so much
    return ScanNoise(shift, expected, float(np.hypot((places[0] - places[1]).std() / 2, missed)))


def find_straight_columns(image, mask, lattice, finder="lattice", threads=1, noise_share=1.0, shape="gaussian"):
    """Find the columns of a scanned image, where they would stand if no scan row was shifted.

    Where the shifts are clear, the columns are found again in the straightened image. What is left of the shifts is
    added to the standard errors of the positions along the rows. Resampling makes the noise of single pixels weaker,
    and alike in neighbours, so that columns are no better known: standard errors are those of the noise before.

    Parameters
    ----------
    image, mask, lattice, finder, threads, shape
        As in `ferrotune.columns.finding.find_columns`.
    noise_share : float
        Share of the variance of white noise that an image still has which was resampled before
        (`ferrotune.images.straightening.noise_left`).

    Returns
    -------
    Columns
    ScanNoise
        Unknown (NaN, no shift) with another finder than "lattice", which fits nothing.

    Raises
    ------
    InputError
        As `find_columns`.
    """
    columns, share = find_columns(image, mask, lattice, finder, threads), noise_share
    if finder != "lattice":
        return columns, ScanNoise.unknown(len(image))
    scan = measure_row_shifts(image, mask, columns.fit, columns.sublattice, lattice.cell_px, threads)
    if np.any(scan.shift) or shape != "gaussian":
        columns = find_columns(straightened(image, scan.shift), mask, lattice, finder, threads, shape)
        share = noise_share * noise_left(scan.shift) if np.any(scan.shift) else noise_share
    slow = slow_shifts(columns.of(A), lattice)
    scan = replace(scan, left=float(np.hypot(scan.left, slow)), slow=slow)
    sigma = columns.fit.sigma_yx / np.sqrt(share)
    sigma[:, 1] = np.hypot(sigma[:, 1], scan.left)
    return replace(columns, fit=replace(columns.fit, sigma_yx=sigma)), scan
