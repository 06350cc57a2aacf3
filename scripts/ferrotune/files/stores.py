"""Stores: zarr format 3 groups of named, dimension-labelled arrays, written once and whole."""

import numpy as np
import zarr

CHUNK_BYTES = 8_000_000


def _chunks(shape, itemsize):
    """Whole rows along the first axis that is long enough to split: reads are by image rows or by site."""
    chunks = list(shape)
    for axis, length in enumerate(shape):
        rest = int(np.prod(chunks[axis + 1 :], initial=itemsize))
        chunks[axis] = max(1, min(length, CHUNK_BYTES // max(rest, 1)))
        if chunks[axis] > 1:
            break
    return tuple(max(1, n) for n in chunks)


def write_store(path, arrays, attributes=None):
    """Write a store.

    Parameters
    ----------
    path : path of the store's folder; what stood there before is replaced
    arrays : dict of name -> (dimension names, array)
    attributes : dict of JSON values, optional

    Returns
    -------
    zarr.Group, to which `add_array` adds what is too large to be held at once
    """
    group = zarr.open_group(str(path), mode="w", zarr_format=3)
    for name, (dimensions, values) in arrays.items():
        values = np.asarray(values)
        if values.ndim != len(dimensions):
            raise ValueError(f"{name}: {values.ndim} axes, but dimensions {dimensions}")
        array = group.create_array(
            name,
            shape=values.shape,
            dtype=values.dtype,
            chunks=_chunks(values.shape, values.dtype.itemsize),
            dimension_names=list(dimensions),
        )
        if values.size:
            array[...] = values
    group.attrs.update(attributes or {})
    return group


def add_array(group, name, dimensions, shape, chunks=None):
    """An array of float32 zeros in a store, to be filled block by block by who wrote the store.

    It is not compressed: noise hardly shrinks, and reading it back would take four times as long.
    """
    return group.create_array(
        name,
        shape=shape,
        dtype=np.float32,
        chunks=chunks or _chunks(shape, 4),
        dimension_names=list(dimensions),
        compressors=None,
    )


def add_group(path, name):
    """A group in a store, empty; `write_store` fills groups in it."""
    zarr.open_group(str(path), mode="r+").create_group(name)


def read_store(path, *names):
    """Arrays (dict of name -> array; all, or the named ones) and attributes (dict) of a store."""
    group = zarr.open_group(str(path), mode="r")
    wanted = names or sorted(group.array_keys())
    return {name: group[name][...] for name in wanted}, dict(group.attrs)


def open_array(path, name):
    """One array of a store, opened but not read."""
    return zarr.open_group(str(path), mode="r")[name]
