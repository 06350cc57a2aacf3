"""Masks of the sample sheet: boxes, polygons, or an image of what is excluded."""

import os

import numpy as np
from skimage.draw import polygon2mask

from ferrotune.errors import InputError
from ferrotune.files.entries import split_entry
from ferrotune.files.images import read_numbers
from ferrotune.files.stored_images import PIXEL_LIMIT


def _box(numbers, shape):
    top, left, bottom, right = numbers
    y, x = np.arange(shape[0])[:, None], np.arange(shape[1])
    return (y >= top) & (y < bottom) & (x >= left) & (x < right)


def _polygon(numbers, shape):
    return polygon2mask(shape, np.reshape(numbers, (-1, 2)))


def _excluded(item, shape):
    """(y, x) bool, True inside one box or polygon of the sheet."""
    kind, *words = item.split()
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        raise InputError(f"mask {item!r}: only numbers, in px, follow {kind!r}; correct the sheet") from None
    if kind == "box":
        fits, wanted = len(numbers) == 4, "box TOP LEFT BOTTOM RIGHT"
    elif kind == "polygon":
        fits, wanted = len(numbers) >= 6 and len(numbers) % 2 == 0, "polygon Y X Y X Y X ..."
    else:
        raise InputError(f"mask {item!r} is neither a box nor a polygon; correct the sheet")
    if not fits or not np.all(np.isfinite(numbers)):
        raise InputError(f"mask {item!r} must read {wanted!r}, in px; correct the sheet")
    inside = (_box if kind == "box" else _polygon)(numbers, shape)
    if not inside.any():
        raise InputError(f"mask {item!r} lies outside the image of {tuple(shape)} px; correct the sheet")
    return inside


def exclusion_mask(text, shape, pixel_limit=PIXEL_LIMIT):
    """Usable pixels after the sheet's mask column.

    Parameters
    ----------
    text : str or None
        Excluded areas, px, separated by `;`: `box TOP LEFT BOTTOM RIGHT` (bottom and right no longer
        belong to it) or `polygon Y X Y X Y X ...`; else the path of an image, npy or png of the same shape,
        zero or NaN where excluded. Empty or None excludes nothing.
    shape : (rows, columns)
        Of the image.
    pixel_limit : int
        Most pixels of a mask file.

    Returns
    -------
    (y, x) bool array
        True where usable.

    Raises
    ------
    InputError
        For an item that cannot be understood or covers nothing, a mask file that cannot be read or has
        another shape, and for a mask that leaves nothing.
    """
    items = [item.strip() for item in (text or "").split(";") if item.strip()]
    if items and items[0].split()[0] in ("box", "polygon"):
        usable = ~np.any([_excluded(item, shape) for item in items], axis=0)
    elif items:
        if not os.path.isfile(split_entry(text.strip())[0]):
            raise InputError(f"mask {text!r} is neither `box ...` nor `polygon ...` nor an image file that exists")
        values = read_numbers(text.strip(), "mask", pixel_limit)
        if values.shape != tuple(shape):
            raise InputError(f"mask {text} is {values.shape} px but the image is {tuple(shape)}; match them")
        usable = np.nan_to_num(values) != 0
    else:
        usable = np.ones(shape, bool)
    if not usable.any():
        raise InputError(f"mask {text!r} excludes the whole image; leave some of it")
    return usable


def crop_mask(crop, shape):
    """Usable pixels of a part of the image.

    Parameters
    ----------
    crop : dict or None
        rows and columns, each the first and the last one plus one, px; None leaves all of the image.
    shape : (rows, columns)
        Of the image.

    Returns
    -------
    (y, x) bool array
        True inside.

    Raises
    ------
    InputError
        If the part reaches beyond the image, or is empty.

    Examples
    --------
    >>> crop_mask({"rows": [1, 3], "columns": [0, 2]}, (4, 4)).astype(int).tolist()
    [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]]
    """
    usable = np.zeros(shape, bool)
    (top, bottom), (left, right) = (crop["rows"], crop["columns"]) if crop else ((0, shape[0]), (0, shape[1]))
    if not (top < bottom <= shape[0] and left < right <= shape[1]):
        raise InputError(
            f"config: import.crop: rows {top} to {bottom} and columns {left} to {right} are no part of the image of "
            f"{shape[0]} x {shape[1]} px; lower them, or set crop to null"
        )
    usable[top:bottom, left:right] = True
    return usable
