"""Scan rows of an image moved back to where they belong."""

import numpy as np
from scipy.ndimage import map_coordinates


def straightened(image, shift):
    """Image whose rows are moved back along themselves.

    Parameters
    ----------
    image : (y, x) float
    shift : (y,) float, px; how far each row is too far to the right

    Returns
    -------
    (y, x) float32, by cubic interpolation; the image itself where no row is shifted

    Examples
    --------
    >>> import numpy as np
    >>> row = np.array([0.0, 0, 1, 0, 0, 0])
    >>> straightened(np.stack([row, np.roll(row, 1)]), np.array([0.0, 1.0])).argmax(axis=1).tolist()
    [2, 2]
    """
    if not np.any(shift):
        return image
    moved, along = np.empty(image.shape, np.float32), np.arange(image.shape[1])
    for n, (row, off) in enumerate(zip(image, shift, strict=True)):
        moved[n] = map_coordinates(row, (along + off)[None], order=3, mode="nearest")
    return moved


def noise_left(shift):
    """Share of the variance of white noise that is left where rows are shifted by cubic interpolation.

    Parameters
    ----------
    shift : (n,) float, px

    Returns
    -------
    float
        The mean over the rows: 1 for whole pixels, less between them.

    Examples
    --------
    >>> round(noise_left(np.array([0.0, 2.0])), 2), round(noise_left(np.array([0.5])), 2)
    (1.0, 0.76)
    """
    reach = 16  # px; weights further away are below 1e-8
    pulse = np.zeros(2 * reach + 1)
    pulse[reach] = 1.0
    part = np.asarray(shift, float)
    at = np.arange(2 * reach + 1) + (part - np.round(part))[:, None]
    weights = map_coordinates(pulse, at.ravel()[None], order=3, mode="nearest").reshape(at.shape)
    return float((weights**2).sum(axis=1).mean())
