"""Stores: zarr format 3 groups of named arrays with dimension names. A store is written once, as a whole."""

import os
from pathlib import Path

import numpy as np
import zarr
from zarr.codecs import Crc32cCodec, ZstdCodec

from ferrotune import __version__
from ferrotune.files.array_meanings import component_labels, meaning_of
from ferrotune.files.damaged_stores import Stored, check_chunks, check_group, check_sizes, noticed
from ferrotune.files.packed_stores import packed_in

CHUNK_BYTES = 8_000_000
# A chunk of zeros is written too, else a lost file would be read as zeros; and each has a checksum.
WHOLE = {"write_empty_chunks": True}


def _chunks(shape, itemsize):
    """Chunk shape: whole rows along the first axis that is long enough to split, since reads are by row or by site."""
    chunks = list(shape)
    for axis, length in enumerate(shape):
        rest = int(np.prod(chunks[axis + 1 :], initial=itemsize))
        chunks[axis] = max(1, min(length, CHUNK_BYTES // max(rest, 1)))
        if chunks[axis] > 1:
            break
    return tuple(max(1, n) for n in chunks)


def _is_inner(path):
    """Whether a path lies in another store."""
    return (Path(path).parent / "zarr.json").exists()


def _write_labels(group, dimension, labels):
    """Write the labels (tuple of str) of a dimension that holds components."""
    array = group.create_array(
        dimension,
        shape=(len(labels),),
        dtype=str,
        dimension_names=[dimension],
        compressors=ZstdCodec(checksum=True),
        attributes={"units": "1", "long_name": "component"},
        config=WHOLE,
    )
    array[...] = np.array(labels)


def _is_labels(array):
    """Whether an array of a store is the labels of a dimension: text."""
    return not np.issubdtype(array.dtype, np.number) and array.dtype != bool


def write_store(path, arrays, attributes=None):
    """Write arrays and attributes to a new store.

    A store also gets the attribute `ferrotune_version`; a group inside another store does not. Stores that were
    written before version 0.1.0 have no such attribute. Each array gets its `units` and `long_name`
    (`ferrotune.files.array_meanings`), and dimensions of components, such as `axis`, get their labels: arrays of text,
    which `read_store` leaves out.

    Parameters
    ----------
    path : path of the store's folder; an earlier store of this path is replaced
    arrays : dict of name -> (dimension names, array), or with a dict of further attributes of the array
    attributes : dict of JSON values, optional

    Returns
    -------
    zarr.Group, to which `add_array` adds arrays that are too large for memory
    """
    group = zarr.open_group(str(path), mode="w", zarr_format=3)
    sizes = {}
    for name, (dimensions, values, *own) in arrays.items():
        values = np.asarray(values)
        if values.ndim != len(dimensions):
            raise ValueError(f"{name}: {values.ndim} axes, but dimensions {dimensions}")
        array = group.create_array(
            name,
            shape=values.shape,
            dtype=values.dtype,
            chunks=_chunks(values.shape, values.dtype.itemsize),
            dimension_names=list(dimensions),
            compressors=ZstdCodec(checksum=True),
            attributes=meaning_of(name, dimensions) | (own[0] if own else {}),
            config=WHOLE,
        )
        if values.size:
            array[...] = values
        sizes |= dict(zip(dimensions, values.shape, strict=True))
    for dimension, labels in component_labels(arrays, sizes).items():
        _write_labels(group, dimension, labels)
    version = {} if _is_inner(path) else {"ferrotune_version": __version__}
    group.attrs.update({**(attributes or {}), **version})
    return group


def add_array(group, name, dimensions, shape, chunks=None):
    """Add an array of float32 zeros to a store; the writer of the store fills it block by block.

    The array is not compressed: noise hardly compresses, and reading it back would take four times as long.
    """
    return group.create_array(
        name,
        shape=shape,
        dtype=np.float32,
        chunks=chunks or _chunks(shape, 4),
        dimension_names=list(dimensions),
        compressors=Crc32cCodec(),
        attributes=meaning_of(name, dimensions),
        config=WHOLE,
    )


def add_group(path, name):
    """Add an empty group to a store; `write_store` then writes groups inside it."""
    zarr.open_group(str(path), mode="r+").create_group(name)


def set_attribute(path, name, value):
    """Give a store one more attribute, a JSON value."""
    zarr.open_group(str(path), mode="r+").attrs[name] = value


def store_of(path):
    """What zarr and xarray open for the store at a path: its folder (str), or the archive that it is packed into."""
    packed = packed_in(path)
    return zarr.storage.ZipStore(packed[0]) if packed else str(path)


def _open(path):
    """The group at a path; DamagedStore where it is none."""
    packed = packed_in(path)
    if packed is None:  # each file in an archive has a checksum, and none of them can get lost alone
        check_group(path)
    with noticed(packed[0] if packed else path):
        return zarr.open_group(store_of(path), path=packed[1] if packed else None, mode="r")


def _array(group, path, name):
    """An array of a group with all its chunks; DamagedStore where one is missing, or the array."""
    with noticed(path):
        if name not in group:
            Stored({}, path, "array", group.attrs.get("ferrotune_version"))[name]
        array = group[name]
        if not packed_in(path):
            check_chunks(path, name, array)
        return array


def _read(array, path, name, part=...):
    """Part of an array, in memory."""
    with noticed(path, f"the array {name} cannot be read"):
        return array[part]


def read_store(path, *names):
    """Read arrays (dict of name -> array; all, or the named ones) and attributes (dict) of a store.

    All arrays are those with numbers: labels of dimensions are left out.

    Raises
    ------
    DamagedStore
        Naming the store, what is wrong with it, and what to do; also later, where an array or an attribute that it
        lacks is asked for.
    """
    group = _open(path)
    with noticed(path):
        attributes = dict(group.attrs)
        wanted = names or sorted(name for name, array in group.arrays() if not _is_labels(array))
    arrays = {name: _array(group, path, name) for name in wanted}
    check_sizes(path, arrays)
    version = attributes.get("ferrotune_version")
    found = {name: _read(array, path, name) for name, array in arrays.items()}
    return Stored(found, path, "array", version), Stored(attributes, path, "attribute", version)


def check_store(path):
    """Check, without reading its numbers, that a store has all its files; DamagedStore as in `read_store`."""
    group = _open(path)
    with noticed(path):
        arrays = dict(group.arrays())
        for name, array in arrays.items() if not packed_in(path) else ():
            check_chunks(path, name, array)
        check_sizes(path, {name: array for name, array in arrays.items() if not _is_labels(array)})


class OpenArray:
    """One array of a store: `shape`, `dtype` and `chunks`; a part of it is read when it is asked for by index.

    zarr : the zarr.Array; folder : path of its files, None in a packed store
    """

    def __init__(self, array, path, name):
        self.zarr, self._path, self._name = array, path, name
        self.folder = None if packed_in(path) else os.path.join(path, name)
        self.shape, self.dtype, self.chunks = array.shape, array.dtype, array.chunks

    def __getitem__(self, part):
        return _read(self.zarr, self._path, self._name, part)


def open_array(path, name):
    """Open one array (OpenArray) of a store without reading it; DamagedStore as in `read_store`."""
    return OpenArray(_array(_open(path), path, name), path, name)
