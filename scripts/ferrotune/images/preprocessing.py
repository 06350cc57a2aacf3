"""What is done to an image before it is described: background and contrast evened out, noise taken off."""

import numpy as np
from scipy import ndimage
from skimage.morphology import disk
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

from ferrotune.images.smoothing import local_mean

NONE = "none"
BENT = (1.0, -2.0, 1.0)
TO_SIGMA = 1.4826  # standard deviation of a normal distribution over its median absolute deviation
PATCH, SEARCH = 5, 6  # px; size of what non-local means compares, and how far around it looks: our choice


def _gaussian(image, mask, sigma):
    return local_mean(image, mask, sigma)


def _median(image, mask, radius):
    return ndimage.median_filter(image, footprint=disk(max(1, round(radius))), mode="mirror")


def _noise(image, mask):
    """Standard deviation of white noise: what curves in both directions within three pixels is not the columns.

    J. Immerkaer, Comput. Vis. Image Underst. 64, 300 (1996), with the median in place of the mean.
    """
    curved = ndimage.convolve1d(ndimage.convolve1d(image, BENT, axis=0), BENT, axis=1)
    return float(np.median(np.abs(curved[mask]))) * TO_SIGMA / np.square(BENT).sum()


def _non_local_means(image, mask, share):
    noise = _noise(image, mask)

    def denoise(image):
        return denoise_nl_means(image, PATCH, SEARCH, h=share * noise, sigma=noise, fast_mode=True, preserve_range=True)

    # The fast mode compares windows that are half a pixel off their pixels, which moves columns by 0.2 px: with the
    # image turned round they move the other way.
    return (denoise(image) + denoise(image[::-1, ::-1].copy())[::-1, ::-1]) / 2


def _total_variation(image, mask, weight):
    return denoise_tv_chambolle(image, weight)


# The number is: sigma in px; radius in px; strength in standard deviations of the noise; weight of the variation in
# standard deviations of the image.
DENOISERS = {
    "gaussian": _gaussian,
    "median": _median,
    "non_local_means": _non_local_means,
    "total_variation": _total_variation,
}


def flattened(image, mask, width):
    """Image with the mean over a Gaussian of `width` px taken off, and the standard deviation over it divided out.

    Thickness and mis-tilt change both.
    """
    result = (image - local_mean(image, mask, width)) * mask
    return result / np.sqrt(np.maximum(local_mean(result**2, mask, width), 1e-6))


def denoised(image, mask, denoise):
    """Image after a denoiser, "none" or its name in DENOISERS and its strength ("median 2")."""
    if denoise == NONE:
        return image
    name, strength = denoise.split()
    # What is masked is filled, and the scale is that of the image, so that a strength means the same everywhere.
    level, scale = image[mask].mean(), max(float(image[mask].std()), 1e-12)
    filled = np.where(mask, (image - level) / scale, 0).astype(np.float32)
    return (DENOISERS[name](filled, mask, float(strength)).astype(np.float32) * scale + level) * mask


def preprocess(image, mask, cell_px, flatten, denoise):
    """Image with a flat background, and less noise.

    Parameters
    ----------
    image : (y, x) float32
    mask : (y, x) bool, true where there is signal
    cell_px : float
    flatten : float, cells; sigma of the Gaussian over which background and contrast are evened out; 0 leaves them
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
