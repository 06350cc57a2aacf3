"""Polarization maps: one displacement (y, x) for each unit cell on a grid, from several kinds of file."""

from pathlib import Path

import numpy as np

from ferrotune.errors import InputError
from ferrotune.files.entries import split_entry
from ferrotune.files.sm_bfo_record import read_reference
from ferrotune.files.stores import read_store


def _gridded(ab, polarization):
    """Map (row, column, 2) of cells (cell, 2) by their lattice indices; NaN where there is no cell."""
    index = np.asarray(ab, int) - np.min(ab, axis=0)
    found = np.full((*index.max(axis=0) + 1, 2), np.nan)
    found[*index.T] = polarization
    return found


def _of_npz(path, key):
    with np.load(path) as file:
        if key is None and len(file.files) != 1:
            raise InputError(f"map {path} holds several maps: write {path}#KEY with one of {', '.join(file.files)}")
        if key is not None and key not in file.files:
            raise InputError(f"map {path} has no {key!r}; choose one of: {', '.join(file.files)}")
        return file[key or file.files[0]].astype(float)


def _of_cells(path, cells, name):
    missing = {"ab", "polarization"} - set(cells)
    if missing:
        raise InputError(f"map {path} has no {' nor '.join(sorted(missing))}: give {name}")
    return _gridded(cells["ab"], cells["polarization"])


def read_map(path, row_component="first"):
    """Read a polarization map.

    Parameters
    ----------
    path : str or Path
        A `.npz` file with an array (row, column, 2), named by `FILE.npz#KEY` if it holds several; a zarr array of that
        shape; the `cells.zarr` of an earlier analysis; or `*_UCParameterization.h5` of the record.
    row_component : {"first", "second"}, of the record's Pxy

    Returns
    -------
    (row, column, 2) float
        Displacement of B in px as (y, x), NaN outside.

    Raises
    ------
    InputError
        For a file that is missing, is none of these, or holds no map.
    """
    name, key = split_entry(path)
    if not Path(name).exists():
        raise InputError(f"map {name} does not exist; correct the path")
    if name.endswith(".npz"):
        found = _of_npz(name, key)
    elif name.endswith(".h5"):
        found = _of_cells(name, read_reference(name, row_component), "a record's UCParameterization with ab and Pxy")
    else:
        arrays, _ = read_store(name)
        found = arrays["map"] if "map" in arrays else _of_cells(name, arrays, "the cells.zarr of an analysis")
    if found.ndim != 3 or found.shape[2] != 2 or not np.isfinite(found).all(axis=2).any():
        raise InputError(f"map {path} has shape {found.shape}; give (row, column, 2) with some numbers in it")
    return np.asarray(found, float)
