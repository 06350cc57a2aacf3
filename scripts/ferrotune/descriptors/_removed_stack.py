"""Large arrays of descriptors, removed when a run is over, and made again where a job needs them.

They are most of what a run leaves, and the image and the columns have all that is in them. The rest of the store stays
(sites, neighbours, raster), with the attribute `removed`: which arrays are missing, and what `write` was given. To
Snakemake the store is complete. If it were removed as a whole, a later round, or another selected trial, would have all
rounds evaluated again.
"""

import fcntl
import hashlib
import json
import logging
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from ferrotune.errors import InputError
from ferrotune.files.packed_stores import attributes_of, unpack
from ferrotune.files.stores import set_attribute
from ferrotune.pipelines.parts import part

REMOVED = "removed"  # attribute of a store without its large arrays
LARGE = 1_000_000  # bytes of an array that is removed: below, a file on a disk takes more than it holds. Ours


def _bytes_of(array):
    """Bytes of an array's files, from the path of its folder."""
    return sum(file.stat().st_size for file in array.rglob("*") if file.is_file())


def _checksum(array):
    """SHA-256 of an array's files with their names, from the path of its folder."""
    found = hashlib.sha256()
    for file in sorted(path for path in array.rglob("*") if path.is_file()):
        found.update(file.relative_to(array).as_posix().encode())
        with file.open("rb") as content:
            while block := content.read(2**20):
                found.update(block)
    return found.hexdigest()


def _is_stack(array):
    """Whether an array (its folder) has the form of those that a descriptor's writer fills block by block."""
    metadata = json.loads((array / "zarr.json").read_text())
    compressed = any(codec["name"] in ("zstd", "blosc", "gzip") for codec in metadata.get("codecs", []))
    return metadata.get("data_type") == "float32" and not compressed


def remove_stack(store, stores, uses, options):
    """Remove the large arrays of a store of descriptors.

    Parameters
    ----------
    store : path of the store
    stores : dict of path by name, those that the descriptor reads
    uses, options : as the store's `write` was given them, see `ferrotune.descriptors`

    Returns
    -------
    list of str, the names of the removed arrays; empty where there is none that is large
    """
    store = Path(store)
    arrays = [path for path in sorted(store.iterdir()) if path.is_dir() and (path / "zarr.json").is_file()]
    large = [array for array in arrays if _is_stack(array) and _bytes_of(array) > LARGE]
    if not large:
        return []
    how = {
        "arrays": {array.name: _checksum(array) for array in large},
        "stores": {name: os.path.relpath(path, store) for name, path in stores.items()},
        "uses": uses,
        "options": options,
        "meaning": "these arrays were removed; ferrotune makes them again where it needs them",
    }
    set_attribute(store, REMOVED, how)  # first: an array that is missing unsaid would be damage
    for array in large:
        shutil.rmtree(array)
    return [array.name for array in large]


@contextmanager
def _alone(store):
    """Let one process at a time make the arrays of a store again; the others wait."""
    with open(store.with_name(f".{store.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _settings(store):
    """Attributes of a store, as text, without those that say nothing of its arrays."""
    said = {name: value for name, value in attributes_of(store).items() if name not in (REMOVED, "ferrotune_version")}
    return json.dumps(said, sort_keys=True)


def _made_again(store, removed, log):
    """Make the removed arrays of a store again, and put them in their places."""
    again = store.with_name(f".again.{store.name}")
    shutil.rmtree(again, ignore_errors=True)
    stores = {name: str((store / path).resolve()) for name, path in removed["stores"].items()}
    uses = [use | {"space": {name: tuple(values) for name, values in use["space"].items()}} for use in removed["uses"]]
    part("descriptor", store.stem).write(str(again), stores, uses, removed["options"], 1, log)
    if _settings(store) != _settings(again):
        raise InputError(f"{store}: made again from the image it is another one; remove {store} and run again")
    if any(_checksum(again / name) != checksum for name, checksum in removed["arrays"].items()):
        # on another machine the last digits of sums may differ
        log.warning("%s: made again with other bytes than before, on another machine or by another version", store)
    unpack(store)
    for name in removed["arrays"]:
        shutil.rmtree(store / name, ignore_errors=True)
        (again / name).rename(store / name)
    (again / "zarr.json").replace(store / "zarr.json")  # last: now nothing is missing
    shutil.rmtree(again)


def with_stack(store):
    """Path of a store of descriptors that has all its arrays: those that were removed are made again first.

    Parameters
    ----------
    store : path of the store

    Raises
    ------
    InputError
        Where the image, the columns or the settings are no longer those that the store was made of.
    """
    path, log = Path(store), logging.getLogger("ferrotune")
    if _removed(path):
        with _alone(path):
            if removed := _removed(path):  # not made by another process meanwhile
                log.info("%s: its arrays %s were removed; they are made again", store, ", ".join(removed["arrays"]))
                _made_again(path, removed, log)
    return store


def _removed(store):
    """What the store says of removed arrays (dict); None where nothing is missing, or where it is no store."""
    try:
        return attributes_of(store).get(REMOVED)
    except (OSError, ValueError, KeyError):  # reading it says what is wrong
        return None
