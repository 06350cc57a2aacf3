"""Sub-pixel positions: circular Gaussians fitted to all columns at once, each freed of its neighbours' tails."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

PARAMETERS = 5  # y, x, amplitude, width, background
CHUNK = 4096  # columns fitted together: bounds the memory, whatever the image
NEIGHBOURS = 8
DISC_CELLS = 0.33  # radius of the fitted disc
REACH_CELLS = 0.2  # how far a column may move from its first guess
ITERATIONS = 12
WIDTH_CELLS = 0.17  # a column's Gaussian width before any is fitted; HAADF columns have 0.15 to 0.22
WIDTH_RANGE = (0.7, 1.4)  # a column's width as a share of the image's typical one
PASSES = ("fixed", "fixed", "fixed", "free", "free", "free")  # widths wait until the neighbours' tails are known


@dataclass(frozen=True)
class FittedColumns:
    """One row a column: yx and sigma_yx (n, 2) px; amplitude, width (px), background (n,).

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


def _disc(radius):
    reach = int(np.floor(radius))
    offsets = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1).T
    return offsets[(offsets**2).sum(1) <= radius**2]


def _windows(image, mask, yx, offsets):
    """Pixel positions (n, p, 2), values (n, p) and validity (n, p) of a disc about each column."""
    at = np.round(yx).astype(int)[:, None, :] + offsets
    inside = ((at >= 0) & (at < image.shape)).all(-1)
    clipped = np.clip(at, 0, np.array(image.shape) - 1)
    index = tuple(np.moveaxis(clipped, -1, 0))
    return at, image[index].astype(float), inside & mask[index]


def _gaussian(at, theta):
    shift = at - theta[:, None, :2]
    return shift, np.exp(-(shift**2).sum(-1) / (2 * theta[:, 3, None] ** 2))


def _tails(at, theta, neighbours):
    """Sum (n, p) of the neighbouring columns' Gaussians over each window."""
    total = np.zeros(at.shape[:2])
    padded = np.vstack([theta, [0, 0, 0, 1, 0]])  # index n stands for "no neighbour": amplitude 0
    for j in range(neighbours.shape[1]):
        other = padded[neighbours[:, j]]
        total += other[:, 2, None] * _gaussian(at, other)[1]
    return total


def _jacobian(at, theta):
    """Model (n, p) and its derivatives (n, p, 5) by y, x, amplitude, width, background."""
    shift, shape = _gaussian(at, theta)
    amplitude, width = theta[:, 2, None], theta[:, 3, None]
    slope = (amplitude * shape / width**2)[..., None] * shift
    spread = amplitude * shape * (shift**2).sum(-1) / width**3
    derivatives = np.concatenate([slope, np.stack([shape, spread, np.ones_like(shape)], -1)], -1)
    return amplitude * shape + theta[:, 4, None], derivatives


def _step(hessian, gradient, damping):
    scale = np.einsum("nii->ni", hessian)
    damped = hessian + np.eye(PARAMETERS) * (damping[:, None] * scale + 1e-12)[:, None, :]
    return np.linalg.solve(damped, gradient[..., None])[..., 0]


def _levenberg_marquardt(at, values, valid, theta, lower, upper, free):
    """Fit theta (n, 5) within bounds; parameters that are not `free` (5,) stay. Returns theta, model, jacobian."""
    damping = np.full(len(theta), 1e-3)
    model, jacobian = _jacobian(at, theta)
    cost = (valid * (values - model) ** 2).sum(1)
    for _ in range(ITERATIONS):
        jacobian = jacobian * free
        weighted = jacobian * valid[..., None]
        hessian = np.matmul(weighted.swapaxes(1, 2), jacobian)
        gradient = np.matmul(weighted.swapaxes(1, 2), (values - model)[..., None])[..., 0]
        trial = np.clip(theta + _step(hessian, gradient, damping), lower, upper)
        trial_model, trial_jacobian = _jacobian(at, trial)
        trial_cost = (valid * (values - trial_model) ** 2).sum(1)
        better = trial_cost <= cost
        moved = np.abs(trial - theta)[:, :2].max(initial=0, where=better[:, None])
        theta = np.where(better[:, None], trial, theta)
        model = np.where(better[:, None], trial_model, model)
        jacobian = np.where(better[:, None, None], trial_jacobian, jacobian)
        cost = np.where(better, trial_cost, cost)
        damping = np.where(better, damping / 5, damping * 8)
        if moved < 1e-4:
            break
    return theta, model, jacobian


def _errors(values, model, jacobian, valid, settled):
    """Standard errors (n, 5), true for any noise level that varies over the window (White 1980).

    `settled` (n, 5): parameters that were free and within their bounds; the others count as known.
    """
    jacobian = jacobian * settled[:, None, :]
    weighted = jacobian * valid[..., None]
    bread = np.matmul(weighted.swapaxes(1, 2), jacobian)
    scale = np.einsum("nii->ni", bread)
    bread = np.linalg.inv(bread + np.eye(PARAMETERS) * (1e-9 * scale + 1e-12)[:, None, :])
    scores = weighted * (values - model)[..., None]
    freedom = np.maximum(valid.sum(1) - PARAMETERS, 1)
    meat = np.matmul(scores.swapaxes(1, 2), scores) * (valid.sum(1) / freedom)[:, None, None]
    return np.sqrt(np.einsum("nii->ni", bread @ meat @ bread))


def _first_guess(image, mask, yx, offsets, width):
    _, values, valid = _windows(image, mask, yx, offsets)
    masked = np.where(valid, values, np.nan)
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


def _typical_width(theta):
    """Median width of the brighter half: faint columns' widths are mostly noise."""
    return float(np.median(theta[theta[:, 2] >= np.median(theta[:, 2]), 3]))


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
    offsets = _disc(max(2.5, DISC_CELLS * cell_px))
    width = WIDTH_CELLS * cell_px
    starts = range(0, len(yx), CHUNK)
    theta = np.concatenate([_first_guess(image, mask, yx[i : i + CHUNK], offsets, width) for i in starts])
    errors = np.zeros_like(theta)
    for kind in PASSES:
        tree = cKDTree(theta[:, :2])
        _, near = tree.query(theta[:, :2], k=NEIGHBOURS + 1, distance_upper_bound=1.2 * cell_px)
        free = np.array([1, 1, 1, kind == "free", 1], float)
        lower, upper = _bounds(yx, width, REACH_CELLS * cell_px)
        fitted = theta.copy()
        for i in starts:
            part = slice(i, i + CHUNK)
            at, values, valid = _windows(image, mask, yx[part], offsets)
            values = values - _tails(at, theta, near[part, 1:])
            fitted[part], model, jacobian = _levenberg_marquardt(
                at, values, valid, theta[part], lower[part], upper[part], free
            )
            settled = (free > 0) & (fitted[part] > lower[part]) & (fitted[part] < upper[part])
            errors[part] = _errors(values, model, jacobian, valid, settled)
        theta = fitted
        if kind == "fixed":
            significance = theta[:, 2] / np.maximum(errors[:, 2], 1e-12)
        width = _typical_width(theta)
    return FittedColumns(theta[:, :2], errors[:, :2], *theta[:, 2:].T, significance)
