"""The store of a spectral image: its spectra site by site, and the picture and the mask that maps are drawn with."""

import numpy as np

from ferrotune.errors import InputError
from ferrotune.loops.bad_points import interpolated
from ferrotune.loops.branches import area, is_loop

CELL_PX = 1.0  # a point of the grid is a pixel, and takes the place of a unit cell: lengths in cells are grid steps


def cleaned(image, usable, path):
    """Spectra of the sites that can be used.

    Parameters
    ----------
    image : ferrotune.files.spectral_images.SpectralImage
    usable : (row, column) bool
    path : str, for the error

    Returns
    -------
    spectra : (channel, site, step) float32
    mask : (row, column) bool, sites in use, in reading order
    counts : dict of channel name to int, points that were interpolated

    Raises
    ------
    InputError
        Where no site is left.
    """
    rows, columns, steps = next(iter(image.channels.values())).shape
    found, counts, mask = [], {}, usable.copy()
    for name, values in image.channels.items():
        spectra, counts[name] = interpolated(np.asarray(values, float).reshape(-1, steps))
        found.append(spectra)
        mask &= np.isfinite(spectra).all(axis=1).reshape(rows, columns)
    if not mask.any():
        raise InputError(f"spectra {path}: no site has half of its points; mask less, or export it again")
    return np.stack(found)[:, mask.ravel()].astype(np.float32), mask, counts


def picture(axis, spectra, mask):
    """Picture (row, column) float32 of the first channel (site, step): area of the loops, or mean of other spectra."""
    values = area(axis, spectra) if is_loop(axis) else spectra.mean(axis=1)
    found = np.full(mask.shape, np.nan, np.float32)
    found[mask] = values
    return np.where(mask, found, np.float32(values.min()))


def spectra_arrays(image, spectra, mask, counts):
    """What spectra.zarr holds.

    Parameters
    ----------
    image : ferrotune.files.spectral_images.SpectralImage
    spectra, mask, counts : from `cleaned`

    Returns
    -------
    arrays : dict of name -> (dimension names, array)
        It has `image` and `mask`, as the store of an image, for all that draws maps.
    attributes : dict
    """
    arrays = {
        "spectra": (("channel", "site", "step"), spectra),
        "axis_values": (("step",), np.asarray(image.axis, float)),
        "yx": (("site", "axis"), np.argwhere(mask).astype(float)),
        "image": (("y", "x"), picture(image.axis, spectra[0], mask)),
        "mask": (("y", "x"), mask),
    }
    channels = list(image.channels)
    attributes = {
        "channels": channels,
        "channel_units": [(image.units or {}).get(name, "") for name in channels],
        "axis_name": image.axis_name,
        "axis_unit": image.axis_unit,
        "interpolated": counts,
        "left_out": int(mask.size - mask.sum()),
        "cell_px": CELL_PX,
        "picture": "area of the loops" if is_loop(image.axis) else "mean of the spectra",
        "units": "yx: points of the grid",
    }
    return arrays, attributes
