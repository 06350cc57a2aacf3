"""Checksums of the user's files: a job runs again when the content of its file has changed, whatever the file's date.

Snakemake itself compares dates only, and takes another image of the same name and an older date for the one that it
knows. The checksums are kept, so that large files are not read again at every start.
"""

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path

KEPT = ".snakemake/ferrotune_checksums.json"  # may be lost: then all files are read again
SETTLED = 2.0  # s; some file systems have dates to a second or two, so a younger file may change and keep its date


def _identity(file):
    """Size, dates and number (list of int) of a file: another content has another of these.

    The date of the last change of the entry (ctime) cannot be set, so a copy with the dates of the first is noticed.
    """
    found = os.stat(file)
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _read(kept):
    """Checksums that are kept: dict of absolute path -> [identity, checksum]."""
    try:
        found = json.loads(Path(kept).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(kept, known):
    """Keep the checksums; the jobs of a run may do so at the same time, so the file is replaced as a whole."""
    beside = Path(f"{kept}.{os.getpid()}")
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(known))
        beside.replace(kept)
    except OSError:  # nothing but time is lost
        with contextlib.suppress(OSError):
            beside.unlink()


def _checksum(file, known):
    """SHA-256 of a file, from `known` where the file is the same; else it is read, and `known` is updated."""
    key, identity = os.path.abspath(file), _identity(file)
    if key in known and known[key][0] == identity:
        return known[key][1]
    with open(file, "rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    known.pop(key, None)
    if time.time() - max(identity[1:3]) / 1e9 > SETTLED:
        known[key] = [identity, found]
    return found


def checksums(paths, kept=KEPT):
    """Checksums of files.

    Parameters
    ----------
    paths : iterable of path, files or folders (a zarr store)
    kept : path of the file that keeps the checksums

    Returns
    -------
    list of str, SHA-256 of each file; of a folder that over the names and checksums of its files; empty for a path
    that cannot be read
    """
    before = _read(kept)
    known, found = dict(before), []
    for path in paths:
        try:
            if os.path.isdir(path):
                files = sorted(file for file in Path(path).rglob("*") if file.is_file())
                listed = [[str(file.relative_to(path)), _checksum(file, known)] for file in files]
                found.append(hashlib.sha256(json.dumps(listed).encode()).hexdigest())
            else:
                found.append(_checksum(path, known))
        except OSError:  # the job that reads the file says what is wrong
            found.append("")
    if known != before:
        _write(kept, known)
    return found
