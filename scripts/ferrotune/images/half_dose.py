"""Two images of half the dose each out of one, their noise independent."""

import numpy as np
from scipy import ndimage

from ferrotune.images.noise import measure_noise, sample_step

# Second difference along both axes: it takes off whatever is smooth over three pixels (Immerkaer 1996, doi
# 10.1006/cviu.1996.0060). White noise keeps its variance.
NOISE_FILTER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]]) / 6
POISSON = 0.1  # an image of whole numbers whose variance is its level within this share is one of counts


def image_noise(image, mask):
    """ferrotune.images.noise.Noise of image (y, x) where mask (y, x) bool is true around a pixel."""
    inside = ndimage.binary_erosion(mask, np.ones((3, 3)))
    some = np.flatnonzero(inside.ravel())[:: sample_step(int(inside.sum()))]
    residuals, levels = ndimage.convolve(image, NOISE_FILTER), ndimage.uniform_filter(image, 3)
    return measure_noise(residuals.ravel()[some], levels.ravel()[some], np.zeros(len(some)))


def are_counts(image, mask, noise):
    """Whether an image counts electrons: whole numbers, none negative, whose variance is their level."""
    pixels = image[mask]
    whole = pixels.min(initial=0) >= 0 and (pixels == np.rint(pixels)).all()
    middle = float(np.median(pixels))
    return bool(whole and middle > 0 and abs(noise.variance(middle) / middle - 1) <= POISSON)


def split_dose(image, mask, seed):
    """Two images (y, x) float32 of the same level, with independent noise of twice the variance, and how (str).

    Counts are thinned: each is in one half by chance (binomial, exactly Poisson again). In other units noise of the
    variance that the image itself shows is added to one half and taken from the other, which is independent for
    Gaussian noise (Neufeld et al., J. Mach. Learn. Res. 25, 57 (2024)).

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    seed : int
    """
    rng, noise = np.random.default_rng(seed), image_noise(image, mask)
    if are_counts(image, mask, noise):
        one = np.zeros(image.shape)
        one[mask] = rng.binomial(image[mask].astype(np.int64), 0.5)
        halves, way = (2 * one, 2 * (np.where(mask, image, 0) - one)), "counts, thinned at random"
    else:
        level = ndimage.uniform_filter(np.asarray(image, float), 3)
        step = np.sqrt(noise.variance(level)) * rng.standard_normal(image.shape) * mask
        halves, way = (image + step, image - step), "no counts: noise added to one half and taken from the other"
    return *(half.astype(np.float32) for half in halves), way
