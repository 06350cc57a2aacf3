"""Sub-pixel positions: circular Gaussians fitted to all columns, each freed of its neighbours' tails."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

PARAMETERS = 5  # y, x, amplitude, width, background
CHUNK = 128  # columns fitted together: they stay in the cache, and the memory is bounded whatever the image
NEIGHBOURS = 8
DISC_CELLS = 0.4  # radius of the fitted disc: wide enough to tell amplitude from background
REACH_CELLS = 0.2  # how far a column may move from its first guess
RESTING_PX = 1e-4  # a column that moves less is done
WIDTH_CELLS = 0.17  # a column's Gaussian width before any is fitted; HAADF columns have 0.15 to 0.22
WIDTH_RANGE = (0.7, 1.4)  # a column's width as a share of the image's typical one
# Passes and their steps. In a "fixed" pass every column has the width that is typical around it, which the
# "free" pass before measured: widths fitted one by one would trade amplitude and background with their
# neighbours' tails, pass after pass, and grow apart. The last pass is free, and nothing follows from it.
PASSES = (("fixed", 8), ("free", 4), ("fixed", 4), ("free", 4), ("fixed", 4), ("free", 4))
LOST = 0.05  # amplitude, as a share of the median, below which a column starts again from its first guess
AROUND = 24  # bright columns over which the typical width is taken


@dataclass(frozen=True)
class FittedColumns:
    """One row a column: yx and sigma_yx (n, 2) px; amplitude, width (px), background (n,).

    sigma_yx is NaN where a fit stopped at its reach.
    significance (n,): amplitude over its standard error at the typical width. Whether there is a column at
    all is asked at a fixed width: a free one trades amplitude for background and hides even bright columns.
    """

    yx: np.ndarray
    sigma_yx: np.ndarray
    amplitude: np.ndarray
    width: np.ndarray
    background: np.ndarray
    significance: np.ndarray

    def __getitem__(self, keep):
        return FittedColumns(**{name: value[keep] for name, value in vars(self).items()})


def _windows(image, mask, yx, radius):
    """Rows and columns (n, k) of a square about each column, values (n, k, k), and 1 on its usable disc."""
    offsets = np.arange(-int(radius), int(radius) + 1)
    middle = np.round(yx).astype(int)
    rows, columns = middle[:, :1] + offsets, middle[:, 1:] + offsets
    inside = ((rows >= 0) & (rows < image.shape[0]))[:, :, None] & ((columns >= 0) & (columns < image.shape[1]))[
        :, None
    ]
    at = np.clip(rows, 0, image.shape[0] - 1)[:, :, None], np.clip(columns, 0, image.shape[1] - 1)[:, None]
    disc = (offsets[:, None] ** 2 + offsets**2) <= radius**2
    return rows, columns, image[at].astype(float), (inside & disc & mask[at]).astype(float)


def _gaussian(rows, columns, theta):
    """Shifts (n, k) along rows and columns, and the Gaussian (n, k, k): a product, so that exps are few."""
    y, x = rows - theta[:, :1], columns - theta[:, 1:2]
    spread = 2 * theta[:, 3:4] ** 2
    return y, x, np.exp(-(y**2) / spread)[:, :, None] * np.exp(-(x**2) / spread)[:, None]


def _tails(rows, columns, theta, neighbours):
    """Sum (n, k, k) of the neighbouring columns' Gaussians over each window."""
    total = np.zeros((*rows.shape, columns.shape[1]))
    padded = np.vstack([theta, [0, 0, 0, 1, 0]])  # index n stands for "no neighbour": amplitude 0
    for j in range(neighbours.shape[1]):
        other = padded[neighbours[:, j]]
        total += other[:, 2, None, None] * _gaussian(rows, columns, other)[2]
    return total


def _linearised(rows, columns, values, valid, theta):
    """Residuals (n, p) and derivatives (n, 5, p) by y, x, amplitude, width, background, on the disc."""
    y, x, shape = _gaussian(rows, columns, theta)
    amplitude, width = theta[:, 2, None, None], theta[:, 3, None, None]
    shape = shape * valid
    peak = amplitude * shape
    slope = peak / width**2
    derivatives = np.empty((len(theta), PARAMETERS, *shape.shape[1:]))
    np.multiply(slope, y[:, :, None], out=derivatives[:, 0])
    np.multiply(slope, x[:, None], out=derivatives[:, 1])
    derivatives[:, 2] = shape
    np.multiply(slope / width, (y**2)[:, :, None] + (x**2)[:, None], out=derivatives[:, 3])
    derivatives[:, 4] = valid
    residuals = (values - theta[:, 4, None, None]) * valid - peak
    return residuals.reshape(len(theta), -1), derivatives.reshape(len(theta), PARAMETERS, -1)


def _step(jacobian, residuals, damping):
    hessian = jacobian @ jacobian.swapaxes(1, 2)
    gradient = jacobian @ residuals[..., None]
    scale = np.einsum("nii->ni", hessian)
    damped = hessian + np.eye(PARAMETERS) * (damping[:, None] * scale + 1e-12)[:, None, :]
    return np.linalg.solve(damped, gradient)[..., 0]


def _levenberg_marquardt(window, theta, lower, upper, free, iterations):
    """Fit theta (n, 5) within bounds; what is not `free` (5,) stays, and columns that rest are left alone."""
    theta, damping = theta.copy(), np.full(len(theta), 1e-3)
    active = np.arange(len(theta))
    residuals, jacobian = _linearised(*window, theta)
    for _ in range(iterations):
        jacobian *= free[:, None]
        trial = np.clip(theta[active] + _step(jacobian, residuals, damping[active]), lower[active], upper[active])
        new_residuals, new_jacobian = _linearised(*(part[active] for part in window), trial)
        better = (new_residuals**2).sum(1) <= (residuals**2).sum(1)
        moved = np.abs(trial - theta[active])[:, :2].max(axis=1)
        theta[active[better]] = trial[better]
        residuals[better], jacobian[better] = new_residuals[better], new_jacobian[better]
        damping[active] *= np.where(better, 0.2, 8.0)
        going = (moved > RESTING_PX) | ~better & (damping[active] < 1e6)
        active, residuals, jacobian = active[going], residuals[going], jacobian[going]
        if not active.size:
            break
    return theta


def _errors(window, theta, settled):
    """Standard errors (n, 5), true for any noise level that varies over the window (White 1980).

    `settled` (n, 5): parameters that were free and within their bounds; the others count as known.
    """
    residuals, jacobian = _linearised(*window, theta)
    jacobian *= settled[:, :, None]
    bread = jacobian @ jacobian.swapaxes(1, 2)
    scale = np.einsum("nii->ni", bread)
    bread = np.linalg.inv(bread + np.eye(PARAMETERS) * (1e-9 * scale + 1e-12)[:, None, :])
    scores = jacobian * residuals[:, None]
    pixels = window[3].sum((1, 2))
    correction = pixels / np.maximum(pixels - PARAMETERS, 1)
    meat = (scores @ scores.swapaxes(1, 2)) * correction[:, None, None]
    return np.sqrt(np.einsum("nii->ni", bread @ meat @ bread))


def _first_guess(image, mask, yx, radius, width):
    _, _, values, valid = (part.reshape(len(yx), -1) for part in _windows(image, mask, yx, radius))
    masked = np.where(valid > 0, values, np.nan)
    masked[~valid.any(1)] = 0.0
    low, high = np.nanpercentile(masked, [10, 97], axis=1)
    return np.column_stack([yx, high - low, np.full(len(yx), width), low])


def _bounds(yx, width, reach):
    """Bounds (n, 5) that keep a fit at its column, upright, and of a column's width."""
    low, high = WIDTH_RANGE
    lower, upper = np.full((len(yx), PARAMETERS), -np.inf), np.full((len(yx), PARAMETERS), np.inf)
    lower[:, :2], upper[:, :2] = yx - reach, yx + reach
    lower[:, 2] = 0.0
    lower[:, 3], upper[:, 3] = low * width, high * width
    return lower, upper


def _is_lost(theta):
    """Columns (n,) that tails not known yet have driven to no amplitude, where nothing draws them back."""
    return theta[:, 2] <= LOST * np.median(theta[:, 2])


def _typical_width(theta):
    """Median width (n,) of the bright columns around each: faint columns' own widths are mostly noise."""
    bright = theta[theta[:, 2] >= np.median(theta[:, 2])]
    _, near = cKDTree(bright[:, :2]).query(theta[:, :2], k=min(AROUND, len(bright)))
    return np.median(bright[near, 3].reshape(len(theta), -1), axis=1)


def refine_columns(image, mask, yx, cell_px):
    """Refine column positions by least squares, with error bars.

    Each column is a circular Gaussian (amplitude, width) on a constant background, fitted by
    Levenberg-Marquardt over a disc about it, all columns of a chunk at once, after the tails of the
    neighbouring columns, as known from the pass before, have been taken off.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    yx : (n, 2) first guesses, px
    cell_px : float, length of a unit cell in px

    Returns
    -------
    FittedColumns
    """
    radius = max(2.5, DISC_CELLS * cell_px)
    width = np.full(len(yx), WIDTH_CELLS * cell_px)
    starts = range(0, len(yx), CHUNK)
    guess = np.concatenate([_first_guess(image, mask, yx[i : i + CHUNK], radius, width[0]) for i in starts])
    theta, errors = guess.copy(), np.zeros_like(guess)
    for kind, iterations in PASSES:
        if kind == "fixed":
            lost = _is_lost(theta)
            theta[lost] = guess[lost]
            theta[:, 3] = width
        _, near = cKDTree(theta[:, :2]).query(theta[:, :2], k=NEIGHBOURS + 1, distance_upper_bound=1.2 * cell_px)
        free = np.array([1, 1, 1, kind == "free", 1], float)
        lower, upper = _bounds(yx, width, REACH_CELLS * cell_px)
        fitted = theta.copy()
        for i in starts:
            part = slice(i, i + CHUNK)
            rows, columns, values, valid = _windows(image, mask, yx[part], radius)
            window = rows, columns, values - _tails(rows, columns, theta, near[part, 1:]), valid
            fitted[part] = _levenberg_marquardt(window, theta[part], lower[part], upper[part], free, iterations)
            settled = (free > 0) & (fitted[part] > lower[part]) & (fitted[part] < upper[part])
            errors[part] = _errors(window, fitted[part], settled)
        theta = fitted
        if kind == "fixed":
            significance = theta[:, 2] / np.maximum(errors[:, 2], 1e-12)
        else:
            width = _typical_width(theta)
    stopped = (theta[:, :2] <= lower[:, :2]) | (theta[:, :2] >= upper[:, :2])
    sigma_yx = np.where(stopped, np.nan, errors[:, :2])  # stopped at its reach, a position has no error bar
    return FittedColumns(theta[:, :2], sigma_yx, *theta[:, 2:].T, significance)
