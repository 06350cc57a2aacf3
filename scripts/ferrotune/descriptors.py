"""Patch descriptors: the image around each site, centred to a fraction of a pixel."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from ferrotune.errors import InputError
from ferrotune.smoothing import local_mean

CHUNK = 2048


def window_px(cells, cell_px):
    """Odd number of pixels closest to a window of so many unit cells; odd, so that a site is its middle."""
    return 2 * round((cells * cell_px - 1) / 2) + 1


def preprocess(image, mask, cell_px, flatten, sigma):
    """Image with a flat background, smoothed.

    Parameters
    ----------
    image : (y, x) float32
    mask : (y, x) bool
    cell_px : float
    flatten : float, cells; the mean over a Gaussian of this sigma is taken off and the standard deviation
        over the same Gaussian divided out (thickness and mis-tilt change both); 0 leaves the image
    sigma : float, px; Gaussian denoising; 0 leaves the image

    Returns
    -------
    (y, x) float32
    """
    result = np.where(mask, image, 0).astype(np.float32)
    if flatten > 0:
        width = flatten * cell_px
        result = (result - local_mean(result, mask, width)) * mask
        result /= np.sqrt(np.maximum(local_mean(result**2, mask, width), 1e-6))
    if sigma > 0:
        result = local_mean(result, mask, sigma) * mask
    return result


def usable_sites(mask, yx, window):
    """Which sites (n,) bool have their whole window, with a margin of 2 px, inside the image and the mask.

    Parameters
    ----------
    mask : (y, x) bool
    yx : (n, 2) px
    window : (height, width), odd px

    Raises
    ------
    InputError
        If the window is larger than the image, or no site is left.
    """
    if window[0] + 4 > mask.shape[0] or window[1] + 4 > mask.shape[1]:
        raise InputError(
            f"the largest window, {window[0]} x {window[1]} px, is larger than the image, "
            f"{mask.shape[0]} x {mask.shape[1]} px: lower w1 and w2 in the pipeline's space"
        )
    blocked = np.pad(np.cumsum(np.cumsum(~mask, axis=0, dtype=np.int64), axis=1), ((1, 0), (1, 0)))
    reach = np.array(window) // 2 + 2
    low = np.round(yx).astype(int) - reach
    high = np.round(yx).astype(int) + reach + 1
    inside = ((low >= 0) & (high <= mask.shape)).all(1)
    (y0, x0), (y1, x1) = low[inside].T, high[inside].T
    count = blocked[y1, x1] - blocked[y0, x1] - blocked[y1, x0] + blocked[y0, x0]
    usable = np.zeros(len(yx), bool)
    usable[np.flatnonzero(inside)[count == 0]] = True
    if not usable.any():
        raise InputError("no site has its whole window inside the image and the mask: lower w1 and w2, or mask less")
    return usable


def _spline_weights(shift):
    """Cubic B-spline weights (n, 4) of the taps at -1, 0, 1, 2 for a shift (n,) in [0, 1)."""
    t = shift[:, None]
    return np.concatenate(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1
    ).astype(np.float32) / np.float32(6)


def cut_patches(image, yx, window, subpixel=True):
    """Patches centred on sites.

    Parameters
    ----------
    image : (y, x) float32
    yx : (n, 2) px, usable for this window
    window : (height, width), odd px
    subpixel : bool; True interpolates by cubic splines at the refined site, so that the pixel grid leaves no
        moire among the patches; False cuts at the nearest pixel, as the paper does

    Returns
    -------
    (n, height, width) float32
    """
    height, width = window
    reach = np.array([height // 2, width // 2])
    if not subpixel:
        y, x = (np.round(yx).astype(int) - reach).T
        return sliding_window_view(image, window)[y, x]
    coefficients = ndimage.spline_filter(image, order=3, output=np.float32, mode="mirror")
    views = sliding_window_view(coefficients, (height + 3, width + 3))
    patches = np.empty((len(yx), height, width), np.float32)
    for start in range(0, len(yx), CHUNK):
        part = yx[start : start + CHUNK]
        whole = np.floor(part).astype(int)
        wy, wx = (_spline_weights(s) for s in (part - whole).T)
        y, x = (whole - reach - 1).T
        block = views[y, x]
        rows = sum(wy[:, t, None, None] * block[:, t : t + height] for t in range(4))
        patches[start : start + CHUNK] = sum(wx[:, t, None, None] * rows[:, :, t : t + width] for t in range(4))
    return patches


def crop(patches, window):
    """The middle (height, width) px of patches (n, y, x), flattened: (n, height * width)."""
    top, left = ((have - want) // 2 for have, want in zip(patches.shape[1:], window, strict=True))
    return patches[:, top : top + window[0], left : left + window[1]].reshape(len(patches), -1)
