"""Split an image into two of half the dose each, with independent noise."""

import numpy as np
from scipy import ndimage

from ferrotune.images.noise import image_noise

POISSON = 0.1  # whole numbers are counts where their variance is their level within this share


def are_counts(image, mask, noise):
    """Whether an image counts electrons: its values are whole, none is negative, and their variance is their level."""
    pixels = image[mask]
    whole = pixels.min(initial=0) >= 0 and (pixels == np.rint(pixels)).all()
    middle = float(np.median(pixels))
    return bool(whole and middle > 0 and abs(noise.variance(middle) / middle - 1) <= POISSON)


def split_dose(image, mask, seed):
    """Split an image into two images of the same level, with independent noise of twice the variance.

    Counts are thinned: chance puts each count into one half (binomial; each half is Poisson again). In other units,
    noise is added to one half and subtracted from the other. Its variance is that of the image's own noise, and the
    halves are then independent for Gaussian noise (Neufeld et al., J. Mach. Learn. Res. 25, 57 (2024)).

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    seed : int

    Returns
    -------
    one, other : (y, x) float32
    way : str, how the image was split, for the log
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
