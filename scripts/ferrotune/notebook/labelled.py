"""Labelled datasets (xarray) of the arrays that the workflow stores, with their units."""

import warnings

import xarray

from ferrotune.errors import InputError
from ferrotune.files.rounds import stored_walls

# Coordinates of dimensions that hold components of a vector.
COMPONENTS = {"axis": ["y", "x"], "vector": ["a", "b"], "index": ["a", "b"], "end": ["first", "last"]}
COMPONENTS |= {"component": ["a", "b", "shear"]}
# Unit and meaning of each array, by the name of its store. Lengths called "cell" are unit cells from the first pixel.
_POSITION = ("px", "position")
_LATTICE = ("px", "lattice vector")
UNITS = {
    "image": {"image": ("1", "normalised intensity")},
    "columns": {
        "yx": _POSITION,
        "sigma_yx": ("px", "standard error of the position"),
        "amplitude": ("1", "normalised intensity of the column above the background"),
        "background": ("1", "normalised intensity of the background"),
        "width": ("px", "Gaussian sigma of the column"),
        "significance": ("1", "amplitude over its standard error"),
        "gaussian_yx": ("px", "position if the column is fitted as a Gaussian without a tail"),
        "asymmetry": ("1", "how far the intensity of an A column leans to one side"),
        "row_shift": ("px", "shift of the scan row that is taken off positions and patches"),
        "lattice": _LATTICE,
    },
    "cells": {
        "yx": _POSITION,
        "polarization": ("px", "displacement of the B column from its cage of A columns"),
        "a": ("px", "lattice parameter a"),
        "b": ("px", "lattice parameter b"),
        "alpha": ("degrees", "angle between a and b"),
        "volume": ("px^2", "area of the unit cell"),
        "b_over_a": ("1", "tetragonality in the plane"),
        "rotation": ("degrees", "rotation from the mean cell, +y towards +x"),
        "strain": ("1", "strain along a and b, and shear, from the mean cell"),
        "polarization_sigma": ("px", "standard error of the polarization"),
        "tilt_shift": ("px", "apparent displacement of B by mis-tilt, from the asymmetry of A"),
        "tilt_shift_sigma": ("px", "standard error of the shift by mis-tilt"),
        "a_sigma": ("px", "standard error of a"),
        "b_sigma": ("px", "standard error of b"),
        "alpha_sigma": ("degrees", "standard error of alpha"),
        "rotation_sigma": ("degrees", "standard error of the rotation"),
        "b_over_a_sigma": ("1", "standard error of b / a"),
        "lattice": _LATTICE,
    },
    "reference": {"yx": _POSITION, "polarization": ("px", "displacement of the B column")},
    "selected": {
        "yx": _POSITION,
        "segments": ("cell", "ends of the straight stretches of walls"),
        "path_points": ("cell", "points along the walls"),
        "confidence": ("1", "share of the near trials that agree with the label"),
        "path_confidence": ("1", "share of the near trials that have this point of the wall"),
        "wall_confidence": ("1", "share of the near trials that have this wall"),
    },
    "components": {"yx": _POSITION},
    "latents": {"yx": _POSITION},
    "sites": {"yx": _POSITION},
}


def _labelled(dataset, store):
    """The dataset with coordinates of components, and units where the store does not give its own."""
    dataset = dataset.reset_coords()  # an array that has its dimension's name is data, not a coordinate
    coordinates = {name: values for name, values in COMPONENTS.items() if dataset.sizes.get(name) == len(values)}
    dataset = dataset.assign_coords(coordinates)
    for name, (unit, meaning) in UNITS[store].items():
        if name in dataset:
            dataset[name].attrs = {"units": unit, "long_name": meaning} | dataset[name].attrs
    return dataset


def dataset_of(arrays, attributes, store):
    """Dataset of arrays in memory.

    Parameters
    ----------
    arrays : dict of name -> (dimension names, array), as `ferrotune.files.stores.write_store` takes them
    attributes : dict
    store : str, a key of `UNITS`

    Returns
    -------
    xarray.Dataset
    """
    return _labelled(xarray.Dataset(arrays, attrs=attributes), store)


def open_store(path, store):
    """Dataset of a store on the disk; its arrays are read when they are used."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Object at .snakemake_timestamp")
        dataset = xarray.open_dataset(path, engine="zarr", consolidated=False, chunks=None, decode_cf=False)
    return _labelled(dataset, store)


def plain_arrays(dataset):
    """Arrays of a dataset as `ferrotune.files.stores.write_store` takes them, and its attributes."""
    return {name: (array.dims, array.to_numpy()) for name, array in dataset.data_vars.items()}, dict(dataset.attrs)


def ordered_walls(selected, unit="cell"):
    """Domain walls of a selected segmentation as ordered paths.

    Parameters
    ----------
    selected : xarray.Dataset with path_points (point, 2) cells and point_wall (point,)
    unit : {"cell", "px"}
        Unit cells from the image's first pixel, or pixels.

    Returns
    -------
    list of (n, 2) float arrays, (y, x)
    """
    if unit not in ("cell", "px"):
        raise InputError(f"walls: unit {unit!r} is unknown; give cell or px")
    scale = selected.attrs["cell_px"] if unit == "px" else 1.0
    paths, _ = stored_walls({name: selected[name].to_numpy() for name in ("path_points", "point_wall")})
    return [path * scale for path in paths]
