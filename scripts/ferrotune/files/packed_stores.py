"""Stores packed into one file each: the files of a store in a zip archive in the store's own folder.

An array of a store is two files or more, so that a run leaves thousands of them. A packed store is the one file
`NAME.zarr/store.zip`, beside Snakemake's time stamp. The folder keeps its name, so that the workflow takes the store
for the one that it knows. Sharding would not do this: nearly all arrays have one chunk. The files stand in the archive
as they were, uncompressed, since chunks are compressed: zarr and xarray open it as a `zarr.storage.ZipStore`.
"""

import json
import os
import shutil
import zipfile
from pathlib import Path

from ferrotune.errors import InputError

PACKED = "store.zip"
METADATA = "zarr.json"
_UNFINISHED = f".{PACKED}.partial"
_APART = (PACKED, _UNFINISHED, ".snakemake_timestamp")  # what a store's folder holds beside the store
_DATE = (1980, 1, 1, 0, 0, 0)  # of all files in the archive: the same store gives the same bytes


def packed_in(path):
    """Where a packed store, or a group in one, is.

    Parameters
    ----------
    path : path of a store, or of a group in a store

    Returns
    -------
    pair of the archive's Path and the path (str) in it, empty for the store itself; None where it is not packed
    """
    path = Path(path)
    for store in (path, *path.parents):
        if (archive := store / PACKED).is_file():
            inner = path.relative_to(store).as_posix()
            return archive, "" if inner == "." else inner
        if store.suffix == ".zarr" and (store / METADATA).is_file():
            break
    return None


def has_group(path):
    """Whether there is a store at a path, or a group in a store, packed or not."""
    if found := packed_in(path):
        with zipfile.ZipFile(found[0]) as archive:
            return f"{found[1]}/{METADATA}".lstrip("/") in archive.namelist()
    return Path(path, METADATA).is_file()


def metadata_of(path):
    """Metadata (dict) of a store, or of a group or array in one, without zarr, which takes long to import.

    Raises
    ------
    OSError, ValueError, KeyError
        Where there is none, or it is no JSON.
    """
    if found := packed_in(path):
        with zipfile.ZipFile(found[0]) as archive:
            return json.loads(archive.read(f"{found[1]}/{METADATA}".lstrip("/")))
    return json.loads(Path(path, METADATA).read_text())


def attributes_of(store):
    """Attributes (dict) of a store; raises as `metadata_of`."""
    return metadata_of(store)["attributes"]


def _own_files(store):
    """Files (list of Path) of a store that is not packed, in order."""
    found = sorted(path for path in Path(store).rglob("*") if path.is_file())
    return [path for path in found if path.relative_to(store).as_posix() not in _APART]


def pack(store):
    """Pack a store: its files are removed when they are in the archive. A packed store stays as it is.

    Parameters
    ----------
    store : path of a store that is complete, and that no other process writes or opens
    """
    store = Path(store)
    if not (store / METADATA).is_file():
        return
    beside = store / _UNFINISHED
    files = _own_files(store)
    with zipfile.ZipFile(beside, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(store).as_posix(), _DATE)
            entry.external_attr = 0o644 << 16
            with file.open("rb") as source, archive.open(entry, "w", force_zip64=file.stat().st_size > 2**31) as target:
                shutil.copyfileobj(source, target)
    with beside.open("rb+") as written:
        os.fsync(written.fileno())  # the files are removed next
    beside.replace(store / PACKED)
    _remove(store)


def _remove(store):
    """Remove the files of a store beside its archive; its own metadata first, so that it is never taken for a store."""
    (store / METADATA).unlink(missing_ok=True)
    for path in store.iterdir():
        if path.name not in _APART:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def unpack(store):
    """Undo `pack`; a store that is not packed stays as it is.

    Raises
    ------
    InputError
        Where the archive is damaged.
    """
    store = Path(store)
    archive = store / PACKED
    if not archive.is_file():
        return
    try:
        with zipfile.ZipFile(archive) as packed:
            if any(not (store / name).resolve().is_relative_to(store.resolve()) for name in packed.namelist()):
                raise InputError(f"{archive}: it holds files of other folders; remove {store} and run again")
            packed.extractall(store)
    except (zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"{archive} is damaged ({error}); remove {store} and run again") from None
    archive.unlink()
