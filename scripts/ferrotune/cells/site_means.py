"""Weighted Gaussian means over sites, in a time that does not grow with the width of the Gaussian."""

import numpy as np
from scipy import ndimage

BINS = 3  # bins in a sigma
HAT = 1 / 3  # variance, bins^2, that bilinear shares add when values go to bins and come back


def _corners(at, shape):
    """Four bins around each position `at` (n, 2): flat indices (4, n) and bilinear shares (4, n)."""
    low = np.floor(at).astype(int)
    part = at - low
    index, share = [], []
    for step in np.ndindex(2, 2):
        index.append(np.ravel_multi_index((low + step).T, shape))
        share.append(np.prod(np.where(step, part, 1 - part), axis=1))
    return np.stack(index), np.stack(share)


def local_mean(values, weight, yx, sigma):
    """Take a weighted Gaussian mean of values around each site.

    Parameters
    ----------
    values : (n, p) float
    weight : (n,) float, > 0
    yx : (n, 2) float, px
    sigma : float, px; of the Gaussian

    Returns
    -------
    (n, p) float
    """
    at = (yx - yx.min(axis=0)) * (BINS / sigma)
    shape = tuple(np.floor(at.max(axis=0)).astype(int) + 2)
    index, share = _corners(at, shape)

    def smooth(amount):
        grid = np.bincount(index.ravel(), (share * amount).ravel(), np.prod(shape)).reshape(shape)
        grid = ndimage.gaussian_filter(grid, np.sqrt(BINS**2 - HAT), mode="constant")
        return (grid.ravel()[index] * share).sum(axis=0)

    total = smooth(weight)
    return np.stack([smooth(weight * column) / total for column in values.T], axis=1)
