"""Chunks of an array that are mapped into memory: read where they lie, as often as trials ask for them.

Every trial of a search reads all patches. Copying them out of the files, and their checksums, take five times as long
as the product that is made of them.
"""

import os

import numpy as np
from zarr.codecs import BytesCodec, Crc32cCodec

from ferrotune.files.damaged_stores import noticed

_checked = {}  # when a file was changed last that this process has read with its checksum


def _is_plain(array):
    """Whether the chunks of a zarr array are files of its numbers as they are, and of their checksum."""
    codecs = array.metadata.codecs
    named = [type(codec) for codec in codecs] == [BytesCodec, Crc32cCodec]
    whole = array.chunks == (1, array.chunks[1], *array.shape[2:])
    return named and whole and array.shards is None and array.dtype == np.dtype("<f4")


class MappedChunks:
    """An array (k, n, ...) of a store, `OpenArray`, whose chunks (1, m, ...) are mapped into memory.

    Parameters
    ----------
    array : ferrotune.files.stores.OpenArray

    Notes
    -----
    A chunk is read by zarr once in each process, which checks its checksum, and mapped from then on. A part of more
    than one chunk, and arrays that are compressed, packed or in other chunks, are always read by zarr.
    """

    def __init__(self, array):
        self._array = array
        self._plain = array.folder is not None and _is_plain(array.zarr)

    def __getitem__(self, part):
        """Part (i, slice of n, slice of the next axis) of the array, float32; it may be read-only."""
        i, rows, inner = part
        size = self._array.chunks[1]
        chunk, last = rows.start // size, (rows.stop - 1) // size
        if not self._plain or chunk != last:
            return self._array[part]
        file = os.path.join(self._array.folder, "c", str(i), str(chunk), *["0"] * (len(self._array.shape) - 2))
        with noticed(self._array.folder):
            changed = os.stat(file).st_mtime_ns
            if _checked.get(file) == changed:
                mapped = np.memmap(file, np.float32, mode="r", shape=self._array.chunks[1:])
                return np.asarray(mapped)[rows.start - chunk * size : rows.stop - chunk * size, inner]
        found = self._array[part]
        _checked[file] = changed
        return found
