"""Local means over the unmasked part of an image, and block means."""

import numpy as np
from scipy import ndimage

from ferrotune.images.threads import in_strips

FINE_SIGMA = 6.0  # px; a Gaussian of twice this or more is taken on block means, where it is this wide or wider
UNROLLED = 8  # numpy sums so many numbers and more in another order


def _mean_of_small(blocks, means):
    """Write the means of small blocks (rows, f, columns, f): numpy's sums in numpy's order, but three times as fast."""
    factor = blocks.shape[1]
    for i in range(factor):
        row = blocks[:, i, :, 0].astype(np.float32)
        for j in range(1, factor):
            row += blocks[:, i, :, j].astype(np.float32, copy=False)
        if i == 0:
            means[...] = row
        else:
            means += row
    means /= np.float32(factor**2)


def block_mean(values, factor):
    """Take means over blocks of pixels: (ceil(y / factor), ceil(x / factor)); zeros fill the last blocks."""
    short = [(0, -n % factor) for n in values.shape]
    padded = np.pad(values, short) if np.any(short) else values  # a copy of a large image takes longer than its means
    rows, columns = (n // factor for n in padded.shape)
    means, blocks = np.empty((rows, columns), np.float32), padded.reshape(rows, factor, columns, factor)
    plain = 1 < factor < UNROLLED and np.issubdtype(values.dtype, np.floating)

    def some_rows(part):
        if plain:
            _mean_of_small(blocks[part], means[part])
        else:
            blocks[part].mean(axis=(1, 3), dtype=np.float32, out=means[part])

    in_strips(some_rows, rows, padded.size)
    return means


def gaussian(values, sigma, mode="reflect"):
    """Filter by a Gaussian, as `scipy.ndimage.gaussian_filter` does, on the threads of `filter_threads`.

    Parameters
    ----------
    values : (y, x) float
    sigma : float, px
    mode : str, how the image goes on outside

    Returns
    -------
    (y, x) of the same dtype
    """
    down, found = np.empty_like(values), np.empty_like(values)

    def some_columns(part):
        ndimage.gaussian_filter1d(values[:, part], sigma, axis=0, output=down[:, part], mode=mode)

    def some_rows(part):
        ndimage.gaussian_filter1d(down[part], sigma, axis=1, output=found[part], mode=mode)

    in_strips(some_columns, values.shape[1], values.size)
    in_strips(some_rows, values.shape[0], values.size)
    return found


def median(values, side):
    """Filter by a median over squares, as `scipy.ndimage.median_filter` does, on the threads of `filter_threads`.

    Parameters
    ----------
    values : (y, x) float
    side : int, odd, px

    Returns
    -------
    (y, x) of the same dtype
    """
    found, reach = np.empty_like(values), side // 2

    def some_rows(part):
        first, last = max(part.start - reach, 0), min(part.stop + reach, len(values))
        strip = ndimage.median_filter(values[first:last], side)
        found[part] = strip[part.start - first : part.stop - first]

    in_strips(some_rows, len(values), values.size)
    return found


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
    total, weight = (gaussian(part, sigma / factor, mode="constant") for part in (total, weight))
    mean = total / np.maximum(weight, 1e-6)
    if factor == 1:
        return mean
    offset = -(factor - 1) / 2 / factor
    return ndimage.affine_transform(
        mean, [1 / factor, 1 / factor], [offset, offset], output_shape=values.shape, order=1, mode="nearest"
    )
