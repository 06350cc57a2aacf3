"""The public Sm-BFO record: its files, and simulated images written in the same layout.

An image is `MainImage` (y, x) in `*_HAADF.h5`; its unit cells are in `*_UCParameterization.h5`, with the
coordinate first: `xy_COM`, `Pxy`, `ab` (2, cell) and `a`, `b`, `alpha`, `Vol` (1, cell). `xy_COM[0]` is the
row; which component of `Pxy` is the row is not documented. The older packing, with the coordinate last, is read
by `ferrotune.files.packed_record`.
"""

import os
from pathlib import Path

import h5py
import numpy as np

from ferrotune.errors import InputError
from ferrotune.files.hdf5_links import check_own
from ferrotune.files.packed_record import is_packed, read_packed

# Name here, name in the record, coordinates.
_VECTORS = (("yx", "xy_COM"), ("polarization", "Pxy"), ("ab", "ab"))
_SCALARS = (("a", "a"), ("b", "b"), ("alpha", "alpha"), ("volume", "Vol"))
_TRUTH_COLUMNS = ("yx", "sublattice")
_TRUTH_CELLS = ("yx", "polarization", "domain")


def _read_h5(path, read, what):
    if not os.path.isfile(path):
        raise InputError(f"{what} {path} does not exist; correct the path or download it")
    try:
        with h5py.File(path, "r") as file:
            check_own(file)
            return read(file)
    except InputError:
        raise
    except Exception as error:  # h5py raises OSError, RuntimeError, KeyError or TypeError for broken files
        raise InputError(
            f"{what} {path} cannot be read as HDF5 ({_first_line(error)}); if cut short, fetch it again"
        ) from error


def _first_line(error):
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _datasets(file):
    return {name: item[()] for name, item in file.items() if isinstance(item, h5py.Dataset)}


def _turned(polarization, row_component):
    """Swap the two components of (cell, 2) where the row comes second."""
    if row_component not in ("first", "second"):
        raise InputError(f"row_component must be 'first' or 'second', not {row_component!r}; correct it")
    return polarization if row_component == "first" else polarization[:, ::-1]


def _cell_arrays(arrays, coordinate_axis, path):
    """Arrays under this package's names, cells first, after checking that they belong together."""
    if "xy_COM" not in arrays:
        raise InputError(f"reference {path} has no xy_COM, so it holds no unit cells; give another file")
    cells = {}
    for name, key in _VECTORS:
        if key in arrays:
            values = np.asarray(arrays[key])
            if values.ndim != 2 or values.shape[coordinate_axis] != 2:
                wanted = "(2, cells)" if coordinate_axis == 0 else "(cells, 2)"
                raise InputError(f"reference {path}: {key} must be {wanted}, not {values.shape}; check the file")
            cells[name] = np.ascontiguousarray(values.T if coordinate_axis == 0 else values)
    for name, key in _SCALARS:
        if key in arrays:
            cells[name] = np.asarray(arrays[key], float).ravel()
    n = len(cells["yx"])
    for name, key in _VECTORS + _SCALARS:
        if name in cells and len(cells[name]) != n:
            raise InputError(f"reference {path}: {key} has {len(cells[name])} cells but xy_COM has {n}; check the file")
    return cells


def read_main_image(path):
    """Image of the record.

    Parameters
    ----------
    path : str or Path
        `*_HAADF.h5`, or `FILE.npy#KEY` of the older packing.

    Returns
    -------
    (y, x) float64 array
        NaN outside the rotated scan. Arrays of other dimensions are returned as they are.

    Raises
    ------
    InputError
        For a file that is missing, unreadable or without an image.
    """
    if is_packed(path):
        arrays, name = read_packed(path), "main_image"
    else:
        name = "MainImage"
        arrays = _read_h5(Path(path), lambda file: {name: file[name][()]} if name in file else {}, "image")
    if name not in arrays:
        raise InputError(f"image {path} has no {name}; give the *_HAADF.h5 of the record, or another format")
    image = np.asarray(arrays[name])
    return image if np.iscomplexobj(image) else image.astype(np.float64, copy=False)


def read_reference(path, row_component="first"):
    """Published unit cells of an image.

    Parameters
    ----------
    path : str or Path
        `*_UCParameterization.h5`, or `FILE.npy#KEY` of the older packing.
    row_component : {"first", "second"}
        Which component of `Pxy` runs along the rows (y); the record does not say.

    Returns
    -------
    dict
        `yx` (cell, 2), px, and where the file has them `polarization` (cell, 2) as (y, x), `ab` (cell, 2),
        `a`, `b`, `alpha`, `volume` (cell,), in the record's units. `volume` can be negative in the record.

    Raises
    ------
    InputError
        For a file that is missing or unreadable, has no `xy_COM`, or whose arrays do not belong together.
    """
    if is_packed(path):
        cells = _cell_arrays(read_packed(path), 1, str(path))
    else:
        cells = _cell_arrays(_read_h5(Path(path), _datasets, "reference"), 0, str(path))
    if "polarization" in cells:
        cells["polarization"] = np.ascontiguousarray(_turned(cells["polarization"], row_component))
    return cells


def write_record(
    image_path,
    uc_path,
    image,
    cells,
    row_component="first",
):
    """Write an image and its unit cells in the record's layout.

    The intensities `I1` to `I5` are left out: the record does not say how they were taken.

    Parameters
    ----------
    image_path, uc_path : str or Path
        The two HDF5 files to write.
    image : (y, x) array
        NaN where there is no signal; written as float64.
    cells : mapping
        `yx`, `polarization`, `ab` (cell, 2), `a`, `b`, `alpha`, `volume` (cell,); others are left out.
    row_component : {"first", "second"}
        Where the y component of the polarization goes in `Pxy`.
    """
    with h5py.File(image_path, "w") as file:
        file["MainImage"] = np.asarray(image, np.float64)
    vectors = dict(cells)
    vectors["polarization"] = _turned(np.asarray(cells["polarization"]), row_component)
    with h5py.File(uc_path, "w") as file:
        for name, key in _VECTORS:
            file[key] = np.asarray(vectors[name], np.float64).T
        for name, key in _SCALARS:
            file[key] = np.asarray(cells[name], np.float64)[None]


def write_truth(
    path,
    columns_yx,
    sublattice,
    cells,
    pixel_size_pm,
):
    """Write what a simulated image was drawn from, as groups `columns` and `cells` of one HDF5 file.

    Parameters
    ----------
    path : str or Path
    columns_yx : (column, 2) array, px
    sublattice : (column,) int8 array, 0 = A, 1 = B
    cells : mapping of `yx`, `polarization` (cell, 2), px, and `domain` (cell,) int8, -1 = none
    pixel_size_pm : float
        Written as an attribute of the file.
    """
    with h5py.File(path, "w") as file:
        file.attrs["pixel_size_pm"] = float(pixel_size_pm)
        for name, values in zip(_TRUTH_COLUMNS, (columns_yx, sublattice), strict=True):
            file[f"columns/{name}"] = np.asarray(values)
        for name in _TRUTH_CELLS:
            file[f"cells/{name}"] = np.asarray(cells[name])


def read_truth(path):
    """Read what `write_truth` wrote.

    Returns
    -------
    dict
        `columns_yx` (column, 2), `sublattice` (column,), `pixel_size_pm`, and `cells`: a dictionary of
        `yx`, `polarization` (cell, 2) and `domain` (cell,).

    Raises
    ------
    InputError
        For a file that is missing, unreadable or not such a truth.
    """

    def read(file):
        missing = [f"columns/{name}" for name in _TRUTH_COLUMNS if f"columns/{name}" not in file]
        missing += [f"cells/{name}" for name in _TRUTH_CELLS if f"cells/{name}" not in file]
        if missing or "pixel_size_pm" not in file.attrs:
            raise InputError(f"truth {path} lacks {', '.join(missing or ['pixel_size_pm'])}; simulate it again")
        return {
            "columns_yx": file["columns/yx"][()],
            "sublattice": file["columns/sublattice"][()],
            "pixel_size_pm": float(file.attrs["pixel_size_pm"]),
            "cells": {name: file[f"cells/{name}"][()] for name in _TRUTH_CELLS},
        }

    return _read_h5(Path(path), read, "truth")
