"""make clean SERIES=results/NAME: remove one series, and what Snakemake keeps of it. Downloads stay in their cache."""

import argparse
import base64
import binascii
import shutil
import sys
from pathlib import Path

from ferrotune.errors import InputError
from ferrotune.workflow.config_files import KEPT
from ferrotune.workflow.progress import SO_FAR
from ferrotune.workflow.series_lock import locked

RECORDS = Path(".snakemake", "metadata")  # in the folder of the run: a file for each output, named by its path


def _is_of(record, records, own):
    """Whether one of Snakemake's records is of an output whose path begins with `own`."""
    name = "".join(part.removeprefix("@") for part in record.relative_to(records).parts)  # a long one is in parts
    try:
        return base64.urlsafe_b64decode(name).decode().startswith(own)
    except (binascii.Error, ValueError):
        return False


def clean(series):
    """Remove the results of a series, and Snakemake's records of them.

    Parameters
    ----------
    series : path of the results, results/NAME in the folder of the run

    Returns
    -------
    int, the number of files that were removed

    Raises
    ------
    InputError
        Where the path is no series of this workflow, or a run works on it.
    """
    series = Path(series)
    if series.is_symlink() or series.absolute().parent.name != "results" or not (series / KEPT).is_file():
        raise InputError(
            f"{series}: it is no folder of results with a {KEPT}, such as results/demo; nothing is removed"
        )
    folders = [series, Path(f"{series}{SO_FAR}")]
    with locked(series):
        files = sum(path.is_file() for folder in folders for path in folder.rglob("*"))
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=folder is not folders[0])
        records = series.absolute().parents[1] / RECORDS
        own = tuple(f"results/{folder.name}/" for folder in folders)
        for record in [path for path in records.rglob("*") if path.is_file() and _is_of(path, records, own)]:
            record.unlink()
    return files


def main(arguments):
    """Read the command line, and remove the series that it names."""
    parser = argparse.ArgumentParser(prog="make clean", description="Remove one series.")
    parser.add_argument("series", help="folder of the results, such as results/demo")
    try:
        series = parser.parse_args(arguments).series
        print(f"ferrotune: {series}: {clean(series):,d} files removed")
    except InputError as error:
        sys.exit(f"ferrotune: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
