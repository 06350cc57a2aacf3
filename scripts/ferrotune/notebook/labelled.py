"""Labelled datasets (xarray) of the arrays that the workflow stores, with their units."""

import warnings

import xarray

from ferrotune.errors import InputError
from ferrotune.files.array_meanings import component_labels, meaning_of
from ferrotune.files.rounds import stored_walls
from ferrotune.files.stores import check_store, store_of


def _labelled(dataset):
    """The dataset with labels of components and units, also of stores of earlier versions, which have neither."""
    dataset = dataset.reset_coords()  # an array that has its dimension's name is data, not a coordinate
    labels = component_labels(dataset.variables, dataset.sizes)
    dataset = dataset.assign_coords({name: list(of) for name, of in labels.items()})
    for name, array in dataset.data_vars.items():
        array.attrs = meaning_of(name, array.dims) | array.attrs
    return dataset


def dataset_of(arrays, attributes):
    """Dataset of arrays in memory.

    Parameters
    ----------
    arrays : dict of name -> (dimension names, array), as `ferrotune.files.stores.write_store` takes them
    attributes : dict

    Returns
    -------
    xarray.Dataset
    """
    return _labelled(xarray.Dataset(arrays, attrs=attributes))


def open_store(path):
    """Dataset of a store on the disk; its arrays are read when they are used. DamagedStore where files are missing."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Object at .snakemake_timestamp")
        check_store(path)
        dataset = xarray.open_dataset(store_of(path), engine="zarr", consolidated=False, chunks=None, decode_cf=False)
    return _labelled(dataset)


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
