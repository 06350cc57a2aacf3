"""Background that changes more slowly than the columns: how strong it is, and an image without it."""

import numpy as np
from scipy import fft, ndimage

from ferrotune.images.preprocessing import flattened
from ferrotune.images.smoothing import local_mean

TILE_PX = 512  # tile of the power spectrum
LEAST_PERIODS = 4  # of a tile: what repeats less often is background
SHARPNESS = 4.0  # power of a reflection over the most at a distance around it; backgrounds have no such peaks
WIDTHS_PX = (64.0, 32.0, 16.0)  # the image is flattened over these where no reflection is visible in it as it is
RING = 0.3  # that distance, as a share of the reflection's own frequency: between neighbouring reflections
RING_PX = 3  # and at least this, bins: a Hann window makes a peak 4 bins wide
# Choices, found on 105 films of `simulate` (10 to 60 px a cell, 512 px) with a hill, ramp, step or particle of 2 to 8
# times the A intensity: 102 have their cell within 2 %. Without this, 4 of 56 have.
STRONG = 0.5  # variance of the background over that of the columns: from here on it is taken off
WIDTH_REPEATS = 0.5  # the background is what is left by a Gaussian of this sigma, in the distance of the planes
STEEP = 1.5  # local standard deviation over its median: beyond, there is the edge of a step or particle
REACH_REPEATS = 8.0  # shifts of the autocorrelation that are looked at: three cells at the least


def tile_starts(length, tile):
    """First pixels (n,) of at most four tiles of `tile` px that cover a side of `length` px."""
    return np.unique(np.linspace(0, length - tile, min(4, -(-length // tile) + 1)).astype(int))


def _power(image, mask):
    """Mean power spectrum (t, t) of Hann-windowed tiles, zero frequency in the middle; None without a usable tile."""
    tile = min(TILE_PX, *image.shape)
    window = np.outer(np.hanning(tile), np.hanning(tile)).astype(np.float32)
    power = []
    for y in tile_starts(image.shape[0], tile):
        for x in tile_starts(image.shape[1], tile):
            inside = mask[y : y + tile, x : x + tile]
            if inside.mean() >= 0.5:
                weight = window * inside
                part = image[y : y + tile, x : x + tile]
                part = (part - np.average(part, weights=weight)) * weight
                power.append(np.abs(fft.fft2(part)) ** 2)
    return np.fft.fftshift(np.mean(power, axis=0)) if power else None


def repeat_px(image, mask):
    """Find the distance of the strongest set of planes of an image.

    It is the sharpest peak of the power spectrum. Where a background hides it, the image is flattened over shorter and
    shorter widths.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    float, px, or None where nothing repeats: from about a third of a unit cell to one

    Examples
    --------
    >>> import numpy as np
    >>> y, x = np.mgrid[:256, :256]
    >>> image = np.cos(2 * np.pi * x / 16) + np.cos(2 * np.pi * y / 20) + 50 * np.exp(-((x - 99) ** 2) / 5000)
    >>> print(round(repeat_px(image, np.ones(image.shape, bool))))
    16
    """
    for width in (None, *WIDTHS_PX):
        flat = image if width is None else flattened(image, mask, width)
        if found := _strongest_repeat(flat, mask):
            return found
    return None


def _strongest_repeat(image, mask):
    power = _power(np.asarray(image, np.float32), mask)
    if power is None:
        return None
    smooth = ndimage.gaussian_filter(power, 0.7)
    middle = len(smooth) // 2
    peaks = np.argwhere(smooth == ndimage.maximum_filter(smooth, 5))
    distance = np.hypot(*(peaks - middle).T)
    usable = (distance >= LEAST_PERIODS) & (distance < middle - RING_PX) & (peaks[:, 0] >= middle)
    peaks, distance = peaks[usable], distance[usable]
    order = np.argsort(-smooth[tuple(peaks.T)], kind="stable")[:100]
    angle = np.arange(64) * np.pi / 32
    for peak, length in zip(peaks[order], distance[order], strict=True):
        reach = max(RING_PX, RING * length)
        around = peak[:, None] + reach * np.stack([np.sin(angle), np.cos(angle)])
        # The spectrum repeats, so that rings around the highest frequencies go on at the other side.
        ring = ndimage.map_coordinates(smooth, around, order=1, mode="grid-wrap")
        if smooth[tuple(peak)] > SHARPNESS * ring.max():
            return len(smooth) / float(length)
    return None


def _contrast(image, level, mask, width):
    """Deviation of an image from a level, and its standard deviation around every pixel, both (y, x)."""
    deviation = (image - level) * mask
    return deviation, np.sqrt(np.maximum(local_mean(deviation**2, mask, width), 1e-6))


def _is_strong(image, mask, repeat):
    """Whether the background varies as much as the columns, whose planes are `repeat` px apart."""
    level = local_mean(image, mask, repeat)
    return bool(np.var(level[mask]) > STRONG * np.var((image - level)[mask]))


def _steep(image, mask, level, width):
    """Where (y, x) bool the background is steep: no local mean follows it there."""
    _, contrast = _contrast(image, level, mask, width)
    return mask & (contrast > STEEP * np.median(contrast[mask]))


def without_slow_background(image, mask):
    """Take the slow background off an image where it varies as much as the columns do.

    Contamination, a step of thickness or a bright particle add a level that repeats nowhere, and hide what repeats.
    The result is for finding the lattice, not for fitting columns: contrast becomes even, and edges are left out.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    image : (y, x) float
        With mean 0 and standard deviation 1 around every pixel; the same array where the background is weak.
    mask : (y, x) bool
        Without the edges of steps and particles.
    reach : float or None
        Shift of the autocorrelation up to which a lattice shows, px; None where the background is weak.

    Examples
    --------
    >>> import numpy as np
    >>> y, x = np.mgrid[:256, :256]
    >>> columns, mask = np.cos(2 * np.pi * x / 16) + np.cos(2 * np.pi * y / 16), np.ones(x.shape, bool)
    >>> same, _, reach = without_slow_background(columns, mask)
    >>> print(same is columns, reach)
    True None
    >>> flat, _, _ = without_slow_background(columns + 0.1 * x, mask)
    >>> print(np.corrcoef(flat.ravel(), columns.ravel())[0, 1] > 0.98)
    True
    """
    repeat = repeat_px(image, mask)
    if repeat is None or not _is_strong(image, mask, repeat):
        return image, mask, None
    width = WIDTH_REPEATS * repeat
    level = local_mean(image, mask, width)
    even = mask & ~_steep(image, mask, level, width)
    deviation, contrast = _contrast(image, level, even, width)
    return deviation / contrast, even, REACH_REPEATS * repeat


def without_steps(image, mask, cell_px):
    """Take the steps of a strong background off an image, so that columns beside them can be fitted.

    The median over a unit cell follows the edge of a step or particle, which the smooth background of the columns' fit
    does not. It is noisier than that, and is used beside edges only.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    cell_px : float, length of a unit cell

    Returns
    -------
    (y, x) float
        In the image's units; the same array where the background is weak, or nowhere steep.
    """
    if not _is_strong(image, mask, cell_px):
        return image
    steep = _steep(image, mask, local_mean(image, mask, cell_px / 2), cell_px / 2)
    if steep.sum() < cell_px**2:
        return image
    median = ndimage.median_filter(image, int(cell_px) | 1, mode="nearest")
    share = np.minimum(local_mean(ndimage.binary_dilation(steep, iterations=int(cell_px)), mask, cell_px / 2), 1)
    return image - share * median - (1 - share) * local_mean(median, mask, 2 * cell_px)
