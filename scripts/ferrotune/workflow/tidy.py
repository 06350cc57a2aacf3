"""make tidy: a series in few files. Only what is made again where it is needed is removed; the results stay.

1. The large arrays of descriptors are removed (`ferrotune.descriptors._removed_stack`).
2. What killed jobs, and `make so-far`, left is removed.
3. The benchmarks of a folder become one table, `benchmarks.tsv`.
4. Each store is packed into one file (`ferrotune.files.packed_stores`).

Snakemake finds all that it knows: a later run has nothing to do, or only what is new.
"""

import argparse
import shutil
import sys
from pathlib import Path

from ferrotune.descriptors._removed_stack import remove_stack
from ferrotune.errors import InputError
from ferrotune.files.packed_stores import pack, unpack
from ferrotune.pipelines.parts import part
from ferrotune.search.search_config import descriptor_uses
from ferrotune.workflow.benchmarks import BENCHMARKS, merge_benchmarks
from ferrotune.workflow.config import without_nulls
from ferrotune.workflow.progress import SO_FAR, is_complete, kept_config, latest_series
from ferrotune.workflow.series_lock import locked

STORES = ("*/*.zarr", "*/*/*.zarr", "*/*/rounds/*.zarr", "*/halves/*/*.zarr", "*/halves/*/descriptors/*.zarr")
STORES += ("*/films/*/*.zarr",)
APART = ("exports", "live")  # folders of an image or a series whose stores are for other programs, or still in use
LEFTOVERS = ("**/.again.*.zarr", "**/.*.lock", "**/*.partial")  # of jobs that were killed; `*.part` in rounds: none


def _size(folder):
    """Bytes that the files in a folder take on the disk, and their number."""
    files = [path for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(512 * path.stat().st_blocks for path in files), len(files)


def stores_of(series):
    """Stores (list of Path) of a series whose jobs have ended, but for those in exports."""
    found = sorted({path for pattern in STORES for path in Path(series).glob(pattern)})
    return [path for path in found if not set(APART) & set(path.relative_to(series).parts) and is_complete(path)]


def _described_from(store, image, descriptor):
    """Stores (dict of Path) that a store of descriptors was made of: those of the image, or of its half dose."""
    half = store.parents[1] if store.parents[1] != image else None
    stores = {name: image / f"{name}.zarr" for name in part("descriptor", descriptor).NEEDS}
    return stores | ({"image": half / "image.zarr"} if half else {})


def remove_stacks(series, config):
    """Remove the large arrays of all descriptors of a series; jobs make them again where they need them.

    Parameters
    ----------
    series : path of the results
    config : dict of the run, with `pipelines`, `sites` and `patches`
    """
    options = {"sites": config["sites"], "subpixel": config["patches"]["subpixel"]}
    known = {entry["descriptor"] for entry in config["pipelines"].values() if "choice" not in entry}
    for store in stores_of(series):
        image = Path(series, store.relative_to(series).parts[0])
        if store.parent.name == "descriptors" and store.stem in known:  # of a pipeline that is no more: it stays
            uses = descriptor_uses(config["pipelines"], store.stem)
            remove_stack(store, _described_from(store, image, store.stem), uses, options)


def _remove_leftovers(series):
    """Remove what killed jobs left, and the folder of `make so-far`."""
    shutil.rmtree(f"{series}{SO_FAR}", ignore_errors=True)
    for path in [path for pattern in LEFTOVERS for path in Path(series).glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def tidy(series):
    """Remove what is made again where it is needed, and pack the rest.

    Parameters
    ----------
    series : path of the results, results/NAME in the folder of the run

    Returns
    -------
    str
        How many MB and files were freed, and are left.

    Raises
    ------
    InputError
        Where a run works on the series, or none has begun.
    """
    config = without_nulls(kept_config(series))
    with locked(series):
        before = [sum(counts) for counts in zip(_size(series), _size(f"{series}{SO_FAR}"), strict=True)]
        _remove_leftovers(series)
        remove_stacks(series, config)
        for folder in sorted(path for path in Path(series).rglob(BENCHMARKS) if path.is_dir()):
            merge_benchmarks(folder)
        for store in stores_of(series):
            pack(store)
        after = _size(series)
    freed = (before[0] - after[0]) / 1e6, before[1] - after[1]
    return (
        f"{series}: {freed[0]:,.0f} MB and {freed[1]:,d} files freed; "
        f"{after[0] / 1e6:,.0f} MB and {after[1]:,d} files are left"
    )


def untidy(series):
    """Unpack all stores of a series; arrays that were removed are made again by the jobs that need them."""
    with locked(series):
        for store in stores_of(series):
            unpack(store)
    return f"{series}: its stores are unpacked"


def main(arguments):
    """Read the command line, and tidy."""
    parser = argparse.ArgumentParser(prog="make tidy", description="Put a series into few files.")
    parser.add_argument("series", nargs="?", help="folder of the results, such as results/demo; else the latest")
    parser.add_argument("--unpack", action="store_true", help="unpack the stores of a series that was tidied")
    chosen = parser.parse_args(arguments)
    try:
        series = chosen.series or latest_series()
        print(f"ferrotune: {(untidy if chosen.unpack else tidy)(series)}")
    except InputError as error:
        sys.exit(f"ferrotune: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
