"""Candidates for columns: maxima of the band-passed image, or the blobs of the paper's detector."""

import numpy as np
from scipy import ndimage
from skimage.feature import blob_log

from ferrotune.images.smoothing import block_mean

FINE_CELLS, COARSE_CELLS = 0.12, 0.35  # band-pass filter for candidates: widths of a column and of its surroundings
BLOCKS_PER_CELL = 8  # candidates are found on the means of blocks of pixels; number of blocks along a cell


def local_maxima(image, mask, cell_px):
    """Find maxima of the band-passed image, at most one for each quarter of a cell, and their heights (n,).

    Where a cell has many pixels, this is done on block means: the refinement finds the fraction of a pixel anyway.
    """
    size = max(1, int(cell_px // BLOCKS_PER_CELL))
    weight = block_mean(mask, size)
    typical = np.median(image[::size, ::size][mask[::size, ::size]])
    blocks, cell = block_mean(np.where(mask, image - typical, 0), size), cell_px / size
    band = ndimage.gaussian_filter(blocks, FINE_CELLS * cell) - ndimage.gaussian_filter(blocks, COARSE_CELLS * cell)
    band[weight == 0] = band.min()  # otherwise every pixel of a masked corner is a maximum: they are all equal
    found = np.argwhere(band == ndimage.maximum_filter(band, 2 * max(1, round(0.22 * cell)) + 1))
    height = band[tuple(found.T)]
    yx = np.clip(found * size + (size - 1) / 2, 0, np.array(mask.shape) - 1)
    inside = mask[tuple(np.rint(yx).astype(int).T)]
    return yx[inside], height[inside]


def blobs(
    image,
    mask,
    cell_px,
    min_sigma=0.1,
    max_sigma=0.25,
    num_sigma=4,
    threshold=0.05,
    overlap=0.5,
    unit="cells",
    normalisation="percentiles",
):
    """Find blobs with the paper's detector: Laplacian of Gaussian, whole pixels, a fixed threshold.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    cell_px : float
    min_sigma, max_sigma : float
        Range of scales, in `unit`. The defaults of all settings are ours, but for the overlap, which is scikit-image's.
    num_sigma : int, number of scales
    threshold : float, least response, a share of the contrast
    overlap : float, 0 to 1, share of the area of the smaller of two blobs
    unit : {"cells", "px"}
    normalisation : {"percentiles", "min_max"}
        What becomes 0 and 1: the percentiles 0.5 and 99.5 inside the mask, or the least and the largest value.

    Returns
    -------
    (n, 2) float, px
    """
    ends = [0.5, 99.5] if normalisation == "percentiles" else [0, 100]
    low, high = np.percentile(image[mask], ends)
    scaled = np.where(mask, (image - low) / (high - low), 0)
    px = cell_px if unit == "cells" else 1.0
    scales = {"min_sigma": min_sigma * px, "max_sigma": max_sigma * px, "num_sigma": num_sigma}
    found = blob_log(scaled, **scales, threshold=threshold, overlap=overlap)[:, :2]
    return found[mask[tuple(found.astype(int).T)]]
