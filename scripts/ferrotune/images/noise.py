"""Noise of an image: its variance, which grows with the level as shot noise does, in any units and with any offset."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.optimize import nnls

BINS = 16  # of equally many pixels, by level
SAMPLE = 100_000  # pixels that are used, from all over the image
OUTLIER = 25.0  # squared residuals beyond this multiple of their bin's median are dirt, not noise
LEAST_LEFT = 0.5  # smallest share of a pixel's variance that a fit leaves in its residual
EVENNESS = 0.05  # smallest variance of dark pixels, in that of the brightest; where it is dark, misfit is least, too
FLOOR = 1e-8  # variance as a share of the squared range of levels: an image without noise has weights all the same
# Second difference along one axis. Along both axes, it removes what is smooth over three pixels, and leaves noise
# (J. Immerkaer, Comput. Vis. Image Underst. 64, 300 (1996), doi 10.1006/cviu.1996.0060).
SECOND_DIFFERENCE = (1.0, -2.0, 1.0)
NOISE_FILTER = np.outer(SECOND_DIFFERENCE, SECOND_DIFFERENCE) / 6  # white noise keeps its variance
# Standard deviation of a normal distribution over the median of its absolute values. scipy's median_abs_deviation
# takes values about their median, but here their centre is known to be 0; and its scale differs by 1.5e-6, with which
# columns move by 1e-6 px.
TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Noise:
    """Variance floor + slope * (level - darkest), constant below the darkest level."""

    floor: float
    slope: float
    darkest: float

    def variance(self, level):
        """Variance of pixels whose noise-free value is `level`, of any shape."""
        variance = np.maximum(level, self.darkest)
        variance *= self.slope
        variance += self.floor - self.slope * self.darkest
        return variance


def robust_deviation(values, axis=None):
    """Standard deviation about 0 of normally distributed values, from the median of their absolute values.

    Parameters
    ----------
    values : array
    axis : int, or None for all values together

    Returns
    -------
    float or array

    Examples
    --------
    Outliers have little effect:

    >>> import numpy as np
    >>> values = np.random.default_rng(0).normal(0, 2, 10_000)
    >>> values[:100] = 1e6
    >>> print(round(float(robust_deviation(values)), 1))
    2.0
    """
    return TO_SIGMA * np.median(np.abs(values), axis=axis)


def sample_step(pixels):
    """Step through a list of `pixels` pixels that leaves about SAMPLE of them."""
    return max(1, pixels // SAMPLE)


def measure_noise(residuals, levels, taken):
    """Fit the noise to residuals about a model.

    The variance is measured in bins of the model's level. The level of the noisy data would give dark pixels too
    little noise, and fits that are weighted by it would come out too dark.

    Parameters
    ----------
    residuals, levels : (n,) float
        Residuals and the model's levels of the same pixels.
    taken : (n,) float
        Share of each pixel's variance that the model has fitted (its leverage).

    Returns
    -------
    Noise
    """
    order = np.argsort(levels, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if part.size]
    level = np.array([levels[part].mean() for part in parts], float)
    square = residuals.astype(float) ** 2 / np.maximum(1 - taken, LEAST_LEFT)
    clean = [part[square[part] <= OUTLIER * np.median(square[part])] for part in parts]
    variance = np.array([square[part].mean() for part in clean])
    darkest, brightest = level.min(), level.max()
    least = max(FLOOR * (brightest - darkest) ** 2, 1e-300)
    fitted = np.maximum(variance, least)
    for _ in range(3):  # a variance is as uncertain as it is large
        terms = np.column_stack([np.ones_like(level), level - darkest]) / fitted[:, None]
        floor, slope = nnls(terms, variance / fitted)[0]
        fitted = np.maximum(floor + slope * (level - darkest), least)
    least = max(least, EVENNESS * slope * (brightest - darkest))
    return Noise(max(float(floor), least), float(slope), float(darkest))


def image_noise(image, mask):
    """Measure the noise of an image by its level, from what changes within three pixels.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal; only pixels with signal all around them count

    Returns
    -------
    Noise
    """
    inside = ndimage.binary_erosion(mask, np.ones((3, 3)))
    some = np.flatnonzero(inside.ravel())[:: sample_step(int(inside.sum()))]
    residuals, levels = ndimage.convolve(image, NOISE_FILTER), ndimage.uniform_filter(image, 3)
    return measure_noise(residuals.ravel()[some], levels.ravel()[some], np.zeros(len(some)))


def white_noise(image, mask):
    """Measure the standard deviation of white noise, from what changes within three pixels.

    One number for the whole image, the median in place of Immerkaer's mean: `image_noise` is for noise that grows
    with the level.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    float, in the image's units
    """
    changes = ndimage.convolve1d(ndimage.convolve1d(image, SECOND_DIFFERENCE, axis=0), SECOND_DIFFERENCE, axis=1)
    return float(np.median(np.abs(changes[mask]))) * TO_SIGMA / np.square(SECOND_DIFFERENCE).sum()
