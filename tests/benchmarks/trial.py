"""trial_seconds_full_size: a patch_gmm trial on a full-size image, from descriptor to rewards, on two cores.

A trial's share of cutting the patches and of everything that a round shares is in it. The peer is the plain
notebook's trial, with the window and covariance for which its time is known.
"""

import json
import time

import numpy as np

import evaluate
import patches
from benchmarks.full_size import PAPER, SPECIMEN, random_settings, stores
from benchmarks.notebook import trial as notebook_trial
from benchmarks.rows import Row
from ferrotune.settings import patch_cuts
from ferrotune.stores import open_array, read_store

TRIALS, BATCH, THREADS, SEED = 100, 25, 2, 1
NOTEBOOK_WINDOW = 34, 50  # px
PIPELINE = {"space": PAPER}


def _cut(folder):
    patches.main(
        image_store=folder / "image.zarr",
        columns_store=folder / "columns.zarr",
        output=folder / "patches.zarr",
        sites="A",
        subpixel=True,
        cuts=patch_cuts({"patch_gmm": PIPELINE}),
        image="full",
        threads=THREADS,
        log_path=folder / "log",
    )


def _evaluate(folder, settings):
    """Each trial's own seconds (n,)."""
    seconds = []
    for start in range(0, len(settings), BATCH):
        proposals, output = folder / "round.json", folder / "round.zarr"
        batch = [{"trial": start + i, "setting": s} for i, s in enumerate(settings[start : start + BATCH])]
        proposals.write_text(json.dumps({"trials": batch}))
        evaluate.main(proposals, folder / "patches.zarr", output, PIPELINE, SEED, THREADS, "full", folder / "log")
        seconds.append(open_array(output, "seconds")[...])
    return np.concatenate(seconds)


def measure():
    """Rows: wall time a trial and the notebook's; a trial's own time; the sites."""
    with stores(SPECIMEN) as folder:
        start = time.perf_counter()
        _cut(folder)
        cut = time.perf_counter() - start
        own = _evaluate(folder, random_settings(TRIALS))
        total = time.perf_counter() - start
        yx = read_store(folder / "patches.zarr", "yx")[0]["yx"]
        image = open_array(folder / "image.zarr", "image")[...]
        start = time.perf_counter()
        notebook_trial(image, yx, NOTEBOOK_WINDOW, 5, "tied", SEED)
        notebook = time.perf_counter() - start
    name, each = "trial_seconds_full_size", total / TRIALS
    return [
        Row(name, each, "s", "plain notebook's trial", notebook, notebook / each),
        Row(f"{name}[cutting the patches, once]", cut, "s"),
        Row(f"{name}[mean of a trial's own time]", float(own.mean()), "s"),
        Row(f"{name}[longest of a trial's own time]", float(own.max()), "s"),
        Row(f"{name}[sites]", len(yx), ""),
    ]
