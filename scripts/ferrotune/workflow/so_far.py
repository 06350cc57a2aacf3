"""make so-far: trials.tsv and the page of the rounds so far, while the workflow runs or after it was stopped.

The complete stores of an image are linked into a series of its own, `<series>.so_far`, and the workflow makes the rest
there, as if the search had been planned as long as it is now. The running workflow's files are only read.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from ferrotune.errors import InputError
from ferrotune.workflow.case import read_case
from ferrotune.workflow.progress import SCHEMAS, SO_FAR, complete_rounds, is_complete, kept_config, latest_series

SNAKEFILE = Path(__file__).parents[3] / "Snakefile"
OF_IMAGE = ("image.zarr", "columns.zarr", "cells.zarr", "reference.zarr", "descriptors/*.zarr", "halves/*/*.zarr")
OF_IMAGE += ("spectra.zarr", "halves/*/descriptors/*.zarr")


def _linked(source, target):
    """Give a file a second name, which costs no space; copy it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _link(path, target):
    """Link a file, or all files of a folder; they keep their times, by which Snakemake knows that they are complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target, copy_function=_linked)
    else:
        _linked(path, target)


def link_image(folder, target, rounds):
    """Link what is complete of an image into another folder; what was there is replaced.

    Parameters
    ----------
    folder, target : Path of the results of an image, and of its copy
    rounds : dict of pipeline -> list of Path, the complete rounds
    """
    shutil.rmtree(target, ignore_errors=True)
    stores = [path for pattern in OF_IMAGE for path in sorted(folder.glob(pattern)) if is_complete(path)]
    proposals = [store.with_suffix(".json") for of in rounds.values() for store in of]
    sources = sorted((folder / "source").glob("*.h5"))
    for path in (*sources, *stores, *proposals, *(store for of in rounds.values() for store in of)):
        _link(path, target / path.relative_to(folder))


def shortened(config, case, rounds):
    """The config of a run as if its searches were as long as they are now.

    Parameters
    ----------
    config : dict, of the run
    case : Case of the run
    rounds : dict of pipeline -> list, the complete rounds of the pipelines that have any

    Returns
    -------
    dict
        A series of its own, as many trials as there are, no pipeline without a round, and no twins, which take long.
    """
    trials = {p: min(case.trials[p], len(stores) * case.searches[p]["batch"]) for p, stores in rounds.items()}
    pipelines = dict(config["pipelines"])
    for name in case.trials:
        entry = pipelines[name]
        if name in trials:
            pipelines[name] = entry | {"search": entry.get("search", {}) | {"trials": trials[name]}}
        else:
            pipelines[name] = None if "choice" in entry else entry | {"alone": False}
    select = {
        image: {p: trial for p, trial in chosen.items() if trial < trials.get(p, 0)}
        for image, chosen in case.config["select"].items()
    }
    changed = {"series": f"{case.config['series']}{SO_FAR}", "pipelines": pipelines, "select": select}
    return config | changed | {"judge": config["judge"] | {"twins": False}}


def _command(config, targets, cores):
    """Snakemake's command line: beside the run that holds the lock, for these targets only."""
    return [
        *(sys.executable, "-m", "snakemake", "-s", str(SNAKEFILE), "--configfile", str(config)),
        *("--nolock", "--rerun-triggers", "mtime", "--quiet", "all", "--cores", str(cores), "--", *targets),
    ]


def image_so_far(series, image, cores=1):
    """Make trials.tsv and the page of an image from its complete rounds.

    Parameters
    ----------
    series : path of the results
    image : str
    cores : int

    Returns
    -------
    Path of the page; None where no round is complete yet

    Raises
    ------
    InputError
        For an image that the series does not have, or where the page cannot be made.
    """
    config = kept_config(series)
    case = read_case(config, SCHEMAS)
    if image not in case.images:
        raise InputError(f"{series}: there is no image {image!r}; there are {', '.join(case.images)}")
    folder = Path(series, image)
    rounds = {p: stores for p in case.trials if (stores := complete_rounds(folder / p)[: len(case.rounds(p))])}
    if not rounds:
        return None
    short = shortened(config, case, rounds)
    copy = Path(series).with_name(short["series"])
    link_image(folder, copy / image, rounds)
    own = copy / f"{image}.yaml"
    own.write_text(yaml.safe_dump(short, sort_keys=False, allow_unicode=True), encoding="utf-8")
    page = copy / image / "explorer.html"
    made = subprocess.run(_command(own, [str(page)], cores), capture_output=True, text=True)
    if made.returncode:
        said = [line for line in (made.stdout + made.stderr).splitlines() if "ferrotune: " in line]
        raise InputError(
            f"{image}: no page of the rounds so far: {(said or ['see ' + str(copy / image / 'logs')])[-1]}"
        )
    return page


def main(arguments):
    """Read the command line, and make the pages so far."""
    parser = argparse.ArgumentParser(
        prog="make so-far", description="Make trials.tsv and the page of the rounds so far."
    )
    parser.add_argument("series", nargs="?", help="folder of the results, such as results/demo; else the latest")
    parser.add_argument("images", nargs="*", help="images; without any, all that have a complete round")
    parser.add_argument("--cores", type=int, default=1)
    chosen = parser.parse_args(arguments)
    try:
        series = chosen.series or latest_series()
        for image in chosen.images or read_case(kept_config(series), SCHEMAS).images:
            print(f"{image}: {image_so_far(series, image, chosen.cores) or 'no round is complete yet'}", flush=True)
    except InputError as error:
        sys.exit(f"ferrotune: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
