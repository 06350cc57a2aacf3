"""Filters of an image before it is described: even background and contrast, less noise."""

import numpy as np
from scipy import ndimage
from skimage.morphology import disk
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

from ferrotune.images.noise import white_noise
from ferrotune.images.smoothing import local_mean

NONE = "none"
PATCH, SEARCH = 5, 6  # px; non-local means compares squares of this size within this distance: our choice


def _gaussian(image, mask, sigma):
    return local_mean(image, mask, sigma)


def _median(image, mask, radius):
    return ndimage.median_filter(image, footprint=disk(max(1, round(radius))), mode="mirror")


def _non_local_means(image, mask, share):
    noise = white_noise(image, mask)

    def denoise(image):
        return denoise_nl_means(image, PATCH, SEARCH, h=share * noise, sigma=noise, fast_mode=True, preserve_range=True)

    # The fast mode compares windows that are half a pixel beside their pixels, which moves columns by 0.2 px. In the
    # image rotated by 180 degrees they move the other way.
    return (denoise(image) + denoise(image[::-1, ::-1].copy())[::-1, ::-1]) / 2


def _total_variation(image, mask, weight):
    return denoise_tv_chambolle(image, weight)


# Their numbers: sigma, px; radius, px; strength, standard deviations of the noise; weight of the variation, standard
# deviations of the image.
DENOISERS = {
    "gaussian": _gaussian,
    "median": _median,
    "non_local_means": _non_local_means,
    "total_variation": _total_variation,
}


def flattened(image, mask, width):
    """Subtract the local mean of an image and divide by the local standard deviation.

    Both are taken over a Gaussian of `width` px: thickness and mis-tilt change them slowly.
    """
    result = (image - local_mean(image, mask, width)) * mask
    return result / np.sqrt(np.maximum(local_mean(result**2, mask, width), 1e-6))


def denoised(image, mask, denoise):
    """Denoise an image: `denoise` is "none", or a name in DENOISERS and a number ("median 2")."""
    if denoise == NONE:
        return image
    name, strength = denoise.split()
    # Masked pixels are filled, and the scale is that of the image, so that a strength means the same everywhere.
    level, scale = image[mask].mean(), max(float(image[mask].std()), 1e-12)
    filled = np.where(mask, (image - level) / scale, 0).astype(np.float32)
    return (DENOISERS[name](filled, mask, float(strength)).astype(np.float32) * scale + level) * mask


def preprocess(image, mask, cell_px, flatten, denoise):
    """Flatten the background of an image and take noise off.

    Parameters
    ----------
    image : (y, x) float32
    mask : (y, x) bool, true where there is signal
    cell_px : float
    flatten : float, cells; sigma of the Gaussian over which background and contrast become even; 0 leaves them
    denoise : str
        "none", "gaussian SIGMA" (px), "median RADIUS" (px), "non_local_means STRENGTH" (in standard deviations of
        the noise; A. Buades et al., CVPR 2005) or "total_variation WEIGHT" (in standard deviations of the image;
        A. Chambolle, J. Math. Imaging Vis. 20, 89 (2004)).

    Returns
    -------
    (y, x) float32, 0 outside the mask
    """
    result = np.where(mask, image, 0).astype(np.float32)
    if flatten > 0:
        result = flattened(result, mask, flatten * cell_px)
    return denoised(result, mask, denoise).astype(np.float32)
