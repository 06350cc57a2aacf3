"""Local means over the unmasked part of an image, and block means."""

import numpy as np
from scipy import ndimage

FINE_SIGMA = 6.0  # px; a Gaussian of twice this or more is taken on block means, where it is this wide or wider


def block_mean(values, factor):
    """Take means over blocks of pixels: (ceil(y / factor), ceil(x / factor)); zeros fill the last blocks."""
    short = [(0, -n % factor) for n in values.shape]
    padded = np.pad(values, short) if np.any(short) else values  # a copy of a large image takes longer than its means
    rows, columns = (n // factor for n in padded.shape)
    return padded.reshape(rows, factor, columns, factor).mean(axis=(1, 3), dtype=np.float32)


def local_mean(values, mask, sigma):
    """Take a Gaussian-weighted mean around every pixel, over unmasked pixels only.

    Parameters
    ----------
    values : (y, x) float
    mask : (y, x) bool, true where there is signal
    sigma : float, px

    Returns
    -------
    (y, x) float32
    """
    factor = max(1, int(sigma / FINE_SIGMA))
    weight = block_mean(mask, factor)
    total = block_mean(np.where(mask, values, 0), factor)
    total, weight = (ndimage.gaussian_filter(part, sigma / factor, mode="constant") for part in (total, weight))
    mean = total / np.maximum(weight, 1e-6)
    if factor == 1:
        return mean
    offset = -(factor - 1) / 2 / factor
    return ndimage.affine_transform(
        mean, [1 / factor, 1 / factor], [offset, offset], output_shape=values.shape, order=1, mode="nearest"
    )
