"""Rasters: labels of sites on an even grid, and the wall map.

Positions of samples are (row, column) of the raster; divided by `samples_per_cell` they are lengths in cells.
"""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.errors import InputError

NO_LABEL = -1
SAMPLES_PER_CELL = 8  # walls are then located to an eighth of a cell, with 1 % of the pixels of a full-size image


def _sample_positions(size, step):
    """Positions (px) of the samples along an axis of `size` pixels."""
    return np.arange(int(np.floor((size - 1) / step)) + 1) * step


def differs(one, other):
    """Where two samples both have a label, and the labels are different."""
    return (one != other) & (one >= 0) & (other >= 0)


def site_raster(yx, mask, cell_px, samples_per_cell=8, reach=1.0):
    """Nearest site at each sample of an even grid. It depends on the sites only, so all trials share it.

    Parameters
    ----------
    yx : (n, 2) float
        Positions of the sites, px.
    mask : (y, x) bool
        True where the image has signal.
    cell_px : float
        Geometric mean length of the unit cell's edges, px.
    samples_per_cell : int
        Samples along a cell; sample (i, j) is at (i, j) * cell_px / samples_per_cell px.
    reach : float
        Largest distance of a sample from its site, cells.

    Returns
    -------
    (rows, cols) int32
        Index of the nearest site; -1 outside the mask or further than `reach` from any site.

    Raises
    ------
    InputError
        If a position is not finite, the cell or the sampling is not positive, or the mask is not an image.
    """
    yx = np.asarray(yx, dtype=float).reshape(-1, 2)
    mask = np.asarray(mask, dtype=bool)
    if not np.isfinite(yx).all():
        raise InputError("site raster: a site's position is not finite; drop such sites first")
    if not (np.isfinite(cell_px) and cell_px > 0 and samples_per_cell > 0):
        raise InputError(f"site raster: cell {cell_px} px, {samples_per_cell} samples a cell; both must be > 0")
    if mask.ndim != 2 or mask.size == 0:
        raise InputError(f"site raster: the mask has shape {mask.shape}; give the image's (y, x) mask")
    step = cell_px / samples_per_cell
    y, x = (_sample_positions(size, step) for size in mask.shape)
    inside = mask[np.ix_(np.rint(y).astype(int), np.rint(x).astype(int))]
    sites = np.full(inside.shape, NO_LABEL, dtype=np.int32)
    if len(yx) == 0 or not inside.any():
        return sites
    i, j = np.nonzero(inside)
    distance, nearest = cKDTree(yx).query(
        np.column_stack([y[i], x[j]]), distance_upper_bound=np.nextafter(reach * cell_px, np.inf), workers=-1
    )
    sites[i, j] = np.where(np.isfinite(distance), nearest, NO_LABEL)
    return sites


def raster_area(site_raster, samples_per_cell):
    """Area in which there are sites: unit cells, of a raster (rows, cols) of the nearest sites."""
    return np.count_nonzero(site_raster >= 0) / samples_per_cell**2


def label_raster(site_raster, labels):
    """Label of each sample: the label of its nearest site.

    Parameters
    ----------
    site_raster : (rows, cols) int
        From `site_raster`.
    labels : (n,) int
        Label of each site, negative for a site without a label.

    Returns
    -------
    (rows, cols) int
        Labels, -1 where there is none.
    """
    labels = np.append(np.asarray(labels, dtype=np.int32), NO_LABEL)
    # an index of -1 reads the appended "no label"
    return np.maximum(labels, NO_LABEL)[site_raster]


def wall_map(label_raster):
    """Samples at a domain wall: one of their 4 neighbours has another label (the paper, step d).

    Parameters
    ----------
    label_raster : (rows, cols) int
        Labels, negative where there is none.

    Returns
    -------
    (rows, cols) bool
        True on both sides of each wall, so that walls are two samples thick.
    """
    wall = np.zeros(label_raster.shape, dtype=bool)
    down = differs(label_raster[:-1], label_raster[1:])
    right = differs(label_raster[:, :-1], label_raster[:, 1:])
    wall[:-1] |= down
    wall[1:] |= down
    wall[:, :-1] |= right
    wall[:, 1:] |= right
    return wall
