"""Damage of stores, noticed where they are read: a file that is lost or cut short, a flipped bit, a missing array."""

import contextlib
import json
import math
import os
from pathlib import Path

from ferrotune import __version__
from ferrotune.errors import DamagedStore

METADATA = "zarr.json"
UNFINISHED = ".partial"  # ending of a file that zarr has not written to its end


def _outermost(path):
    """Path of the store that a group is in: a job makes it as a whole."""
    stores = [folder for folder in (Path(path), *Path(path).parents) if folder.suffix == ".zarr"]
    return stores[-1] if stores else Path(path)


def damaged(path, what, version=None):
    """Error that names a store, what is wrong with it, and what to do.

    Parameters
    ----------
    path : path of the store, or of a group in it
    what : str
    version : str, the ferrotune_version that the store names, optional

    Returns
    -------
    DamagedStore
    """
    by = f" (written by ferrotune {version}, this is {__version__})" if version not in (None, __version__) else ""
    return DamagedStore(f"{path}: {what}{by}: remove {_outermost(path)} and run again, which makes it again")


class Stored(dict):
    """Arrays or attributes of a store by name. One that is missing is an error that names the store.

    An array is missing in a damaged store, and in one that another version of ferrotune has written.
    """

    def __init__(self, found, path, kind, version):
        super().__init__(found)
        self.path, self.kind, self.version = path, kind, version

    def __missing__(self, name):
        raise damaged(self.path, f"there is no {self.kind} {name}", self.version)

    def __reduce__(self):
        return Stored, (dict(self), self.path, self.kind, self.version)


def _said(error):
    """What an error of zarr says, in one line of bounded length."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else f"{text[:200]} ..."


@contextlib.contextmanager
def noticed(path, what="cannot be read"):
    """Turn what zarr raises for a damaged store into an error that names it.

    Errors of the file system (no permission, a failing disk) are left as they are: the store may be sound.
    """
    try:
        yield
    except (DamagedStore, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None and not isinstance(error, FileNotFoundError):
            raise
        raise damaged(path, f"{what} ({_said(error)})") from error


def check_group(path):
    """Raise DamagedStore where there is no store at a path, or where an array or the store itself lost its metadata."""
    if not os.path.isdir(path):
        raise damaged(path, "there is no such store")
    if not os.path.isfile(os.path.join(path, METADATA)):
        raise damaged(path, f"its {METADATA} is missing")
    for entry in os.scandir(path):
        if entry.is_dir() and not os.path.isfile(os.path.join(entry.path, METADATA)):
            raise damaged(path, f"{entry.name}/{METADATA} is missing")


def _names_checksums(array):
    """Whether the chunks of an array have checksums. Stores that have them were written with all their chunks."""
    codecs = json.dumps(array.metadata.to_dict()["codecs"], default=str)
    return "crc32c" in codecs or '"checksum": true' in codecs


def check_chunks(path, name, array):
    """Raise DamagedStore where a chunk of an array is not there; zarr would read zeros."""
    if not array.size or not _names_checksums(array):
        return
    of_file = array.shards or array.chunks
    expected = math.prod(-(-side // size) for side, size in zip(array.shape, of_file, strict=True))
    chunks = os.path.join(path, name, "c")  # a folder; of a single number, a file
    files = [file for _, _, files in os.walk(chunks) for file in files]
    found = sum(not file.endswith(UNFINISHED) for file in files) + os.path.isfile(chunks)
    if found < expected:
        raise damaged(path, f"{expected - found} of the {expected} files of the array {name} are missing")


def check_sizes(path, arrays):
    """Raise DamagedStore where arrays (dict of name to zarr array) disagree on the size of a dimension."""
    sizes = {}
    for name, array in arrays.items():
        for dimension, size in zip(array.metadata.dimension_names or (), array.shape, strict=False):
            first, of_first = sizes.setdefault(dimension, (name, size))
            if dimension is not None and size != of_first:
                raise damaged(path, f"{first} has {of_first} of the dimension {dimension}, and {name} has {size}")
