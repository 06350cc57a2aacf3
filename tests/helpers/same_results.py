"""What two runs of the same series have in common: all of it, but for the times that they took."""

import re
from pathlib import Path

import pandas as pd

TIMED = {"logs", "benchmarks"}  # folders of a series that say how long jobs took
SECONDS = "seconds"  # the variable that does, in stores and tables


def _contents(path):
    """Bytes of a file of results without the times in it."""
    if path.suffix == ".tsv":
        return pd.read_csv(path, sep="\t", dtype=str).drop(columns=SECONDS, errors="ignore").to_csv().encode()
    return re.sub(rb'"seconds": ?[0-9.e-]+', b"", path.read_bytes())  # of stores, and on pages


def _counts(path):
    """Whether a file of results does not only say how long something took."""
    return path.is_file() and not TIMED & set(path.parts) and SECONDS not in path.parts


def different(one, other):
    """Files (list of str) that only one of two folders of results has, or whose bytes differ."""
    files = [{p.relative_to(folder) for p in Path(folder).rglob("*") if _counts(p)} for folder in (one, other)]
    lone = [f"{path}: in one only" for path in sorted(files[0] ^ files[1])]
    return lone + [str(p) for p in sorted(files[0] & files[1]) if _contents(one / p) != _contents(other / p)]
