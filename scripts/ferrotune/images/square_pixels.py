"""Pixels that are not square: an image resampled to square ones."""

import numpy as np
from scipy import ndimage


def squared(data, sides):
    """Resample an image to square pixels of the shorter side, by cubic splines along the other axis.

    Parameters
    ----------
    data : (y, x) float
        NaN where there is no signal.
    sides : (float, float)
        Height and width of a pixel, in the same unit.

    Returns
    -------
    image : (y, x) float64
    side : float
        Of a pixel, as `sides`.

    Examples
    --------
    >>> import numpy as np
    >>> image, side = squared(np.random.default_rng(0).normal(size=(40, 60)), (2.0, 1.0))
    >>> image.shape, side
    ((80, 60), 1.0)
    """
    side = min(sides)
    factors = [round(n * length / side) / n for n, length in zip(data.shape, sides, strict=True)]
    finite = np.isfinite(data)
    options = {"mode": "nearest", "grid_mode": True}  # pixels are areas: the edges of the image stay where they are
    filled = data if finite.all() else np.where(finite, data, np.median(data[finite]))
    image = ndimage.zoom(filled, factors, order=3, **options)
    if not finite.all():
        image[ndimage.zoom(finite.astype(np.float32), factors, order=1, **options) < 1] = np.nan
    return image, side
