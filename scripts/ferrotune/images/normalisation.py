"""Mask pixels without signal, and normalise the intensity of an image."""

import numpy as np
from scipy import ndimage

from ferrotune.errors import InputError
from ferrotune.images.outliers import without_outliers

FILL_SHARE = 0.005  # a constant border region larger than this share of the image is fill, not signal
_SOLID = 7  # px: fill is solid over such squares; dark pixels of a low-dose image are not


def _runs(line):
    """Values that appear at least `_SOLID` times in a row."""
    changes = np.flatnonzero(np.diff(line) != 0) + 1
    starts, ends = np.r_[0, changes], np.r_[changes, len(line)]
    return set(line[starts[ends - starts >= _SOLID]].tolist())


def _constant_border(data):
    """Find (y, x) bool solid fill around a rotated or padded scan: one exact value from the border inwards."""
    fill = np.zeros(data.shape, bool)
    lines = (data[0], data[-1], data[:, 0], data[:, -1])
    for value in sorted(set.union(*(_runs(line) for line in lines))):
        same = data == value
        if np.count_nonzero(same) <= FILL_SHARE * data.size:
            continue
        # Opening with a square keeps solid areas only; outside the image counts as more of the same.
        solid = ndimage.minimum_filter(same, _SOLID, mode="constant", cval=1)
        solid = ndimage.maximum_filter(solid, 2 * _SOLID, mode="constant", cval=0) & same
        region, _ = ndimage.label(solid)
        touching = np.unique(np.concatenate([region[0], region[-1], region[:, 0], region[:, -1]]))
        border = np.isin(region, touching[touching > 0])
        if np.count_nonzero(border) > FILL_SHARE * data.size:
            fill |= border
    return fill


def prepare(data, usable):
    """Mask and normalise an image.

    Hot pixels and other outliers are filled or masked (`ferrotune.images.outliers`). A constant region at the border is
    masked too: a rotated scan leaves one. The percentiles 0.5 and 99.5 of the other pixels become 0 and 1, without
    clipping. Masked pixels get the median, so that filters meet no step there.
    Offset and positive scale of the input do not matter.

    Parameters
    ----------
    data : (y, x) array
        Any real dtype; pixels that are not finite carry no signal.
    usable : (y, x) bool array
        True where the pixel may be used.

    Returns
    -------
    image : (y, x) float32 array
    mask : (y, x) bool array, True where there is signal

    Raises
    ------
    InputError
        For shapes that differ, and for an image that is constant inside its mask.

    Examples
    --------
    >>> import numpy as np
    >>> data = np.random.default_rng(0).poisson(100, (64, 64))
    >>> data[:20] = 0  # fill
    >>> image, mask = prepare(data, np.ones(data.shape, bool))
    >>> print(image.shape, image.dtype, mask[:20].any(), mask[20:].all())
    (64, 64) float32 False True
    >>> print(np.percentile(image[mask], [0.5, 99.5]).round(2))
    [0. 1.]
    """
    data = np.asarray(data, np.float64)
    if data.shape != usable.shape:
        raise InputError(f"mask is {usable.shape} px but the image is {data.shape}; match them")
    mask = np.isfinite(data) & usable & ~_constant_border(data)
    if not mask.any():
        raise InputError("image has no finite pixel inside its mask; widen the mask")
    data, mask = without_outliers(data, mask)
    if not mask.any():
        raise InputError("image is saturated or dead everywhere inside its mask; export it again")
    low, middle, high = np.percentile(data[mask], [0.5, 50, 99.5], overwrite_input=True)
    if not low < high:
        raise InputError(f"image is {middle:g} almost everywhere inside its mask; check it and the mask")
    image = np.empty(data.shape, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # in masked pixels
        np.divide(data - low, high - low, out=image, casting="same_kind")
    image[~mask] = (middle - low) / (high - low)
    return image, mask
