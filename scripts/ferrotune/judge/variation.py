"""Whether a measured field varies over a few cells more than noise, scan distortion, thickness and mis-tilt do."""

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter, median_filter

from ferrotune.judge.outliers import damaged

# Our choices, on the films of docs/truth.md that had a part in choices. Mis-tilt and thickness vary more slowly.
TREND = 6.0  # cells, sigma of the mean that is subtracted
LAGS = (2.5, 4.5)  # cells between the sites that are compared: nearer ones may share noise
ROWS = 11  # points over which the median across the rows is taken
OFF_ROW = 1.5  # cells; nearer rows are not compared: they share scan lines


def _local_mean(field, known, sigma):
    weight = gaussian_filter(known.astype(float), sigma, mode="constant")
    sums = gaussian_filter(field, (sigma, sigma, 0), mode="constant")
    return sums / np.maximum(weight, 1e-9)[..., None]


def _covariance(field, known):
    """Mean product of two points by their lag (row, column), zero lag first, and the number of pairs."""
    shape = tuple(2 * n for n in known.shape)
    power = (np.abs(np.fft.rfft2(field, s=shape, axes=(0, 1))) ** 2).sum(axis=2)
    pairs = np.fft.irfft2(np.abs(np.fft.rfft2(known.astype(float), s=shape)) ** 2, s=shape)
    return np.fft.irfft2(power, s=shape) / np.maximum(pairs, 1.0), pairs


def _of_rows(field, known, keep_steps):
    """What the points of each row have in common, (row, c): their mean, or only what the rows around have not."""
    if not keep_steps:
        return field.sum(axis=1) / np.maximum(known.sum(axis=1), 1)[:, None]
    off = field - median_filter(field, size=(ROWS, 1, 1), mode="nearest")
    inside = np.where(known[..., None], off, np.nan)
    inside[~known.any(axis=1)] = 0.0
    return np.nanmedian(inside, axis=1)


def variation(grid, values, keep_steps=False):
    """Share of the variance that sites a few cells apart have in common, beyond trends and shifts of rows.

    Parameters
    ----------
    grid : SiteGrid
    values : (site, c) float
        Polarization, or scores; NaN where unknown.
    keep_steps : bool
        Whether walls along the rows count as well. Then slow shifts of the rows count, too.

    Returns
    -------
    float
        Near 0 for noise, trends and shifted scan rows; towards 1 for regions of a few cells and more.
    """
    # with its rim: single values that are far off would hide what varies
    bad = binary_dilation(grid.gridded(damaged(grid, values), False), np.ones((3, 3), bool))
    known = grid.known & np.isfinite(grid.gridded(values, np.nan)).all(axis=-1) & ~bad
    if known.sum() < 16:
        return 0.0
    field = grid.gridded(np.nan_to_num(values), 0.0)
    field[~known] = 0.0
    field = (field - _local_mean(field, known, TREND / grid.step)) * known[..., None]
    field = (field - _of_rows(field, known, keep_steps)[:, None]) * known[..., None]
    covariance, pairs = _covariance(field, known)
    lag = np.stack(np.meshgrid(*(np.fft.fftfreq(n, 1 / n) for n in covariance.shape), indexing="ij"), axis=-1)
    along = np.stack([grid.yx[1, 0] - grid.yx[0, 0], grid.yx[0, 1] - grid.yx[0, 0]])
    distance = lag @ along
    far = np.hypot(*np.moveaxis(distance, -1, 0))
    taken = (far >= LAGS[0]) & (far <= LAGS[1]) & (np.abs(distance[..., 0]) >= OFF_ROW) & (pairs > 1)
    return float(covariance[taken].mean() / covariance[0, 0]) if taken.any() and covariance[0, 0] > 0 else 0.0
