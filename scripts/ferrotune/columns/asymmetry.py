"""Asymmetry of columns: how far they lean to one side, by the odd part of third order of what a fit leaves."""

import numpy as np
from scipy.ndimage import distance_transform_cdt

from ferrotune.columns.row_shifts import between_columns, drawn_columns
from ferrotune.images.straightening import straightened

# Widths; radius about a column. Further out, neighbours and their displacement have a part in it: on multislice windows
# a polarization of 47 pm changes the asymmetry of A as 2 mrad of mis-tilt do at 1.5, and as 3 do at 2.2. Ours.
REACH = 1.5
CHUNK = 2048  # columns calculated together


def _odd_part(values, yx, corner, width, reach):
    """Asymmetry (n, 2) of windows (n, k, k) of residuals over the amplitude, by least squares."""
    along = np.arange(values.shape[1])
    t, u = ((corner[:, axis, None] + along - yx[:, axis, None]) / width[:, None] for axis in (0, 1))
    t, u = t[:, :, None], u[:, None, :]
    square = t * t + u * u
    gaussian = np.exp(-square / 2) * (square < reach**2)
    # what may be left of height, place, width and elongation, then the odd part, which has no part in the place
    parts = [1, t, u, square, t * t - u * u, t * u, t * (square - 4), u * (square - 4)]
    level = (square < reach**2).astype(float)
    terms = np.stack([part * gaussian for part in parts] + [level], axis=1).reshape(len(values), len(parts) + 1, -1)
    matrix = terms @ terms.swapaxes(1, 2)
    matrix += 1e-9 * np.einsum("nii->n", matrix)[:, None, None] * np.eye(len(parts) + 1)
    right = np.einsum("npk,nk->np", terms, values.reshape(len(values), -1))
    return np.linalg.solve(matrix, right[:, :, None])[:, 6:8, 0]


def column_asymmetry(image, mask, columns, shift, cell_px):
    """Measure how far the intensity of each A column leans to one side.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    columns : ferrotune.columns.finding.Columns
    shift : (y,) float px, by which the scan rows were moved back
    cell_px : float

    Returns
    -------
    (column, 2) float as (y, x)
        Amplitude of t (t^2 + u^2 - 4) exp(-(t^2 + u^2) / 2) over that of the column, t and u in widths. NaN for columns
        other than A, and near frame and mask.
    """
    fit = columns.fit.as_gaussians()
    found = np.full(fit.yx.shape, np.nan)
    if not np.isfinite(fit.width).any():
        return found
    model = drawn_columns(image.shape, fit) + between_columns(image.shape, fit, cell_px)
    residual = straightened(image, shift) - model
    radius = int(np.ceil(REACH * np.median(fit.width)))
    corner = np.rint(fit.yx).astype(int) - radius
    depth = distance_transform_cdt(np.pad(mask, 1), metric="chessboard")[1:-1, 1:-1]
    at = np.clip(corner + radius, 0, np.array(mask.shape) - 1)
    rows = np.flatnonzero((columns.sublattice == 0) & (depth[at[:, 0], at[:, 1]] > radius) & (fit.amplitude > 0))
    along = np.arange(2 * radius + 1)
    for first in range(0, len(rows), CHUNK):
        part = rows[first : first + CHUNK]
        y, x = corner[part, 0, None] + along, corner[part, 1, None] + along
        values = residual[y[:, :, None], x[:, None, :]] / fit.amplitude[part, None, None]
        found[part] = _odd_part(values, fit.yx[part], corner[part], fit.width[part], REACH)
    return found
