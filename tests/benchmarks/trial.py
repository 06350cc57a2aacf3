"""trial_seconds_full_size: a patch_gmm trial on a full-size image, from descriptor to rewards, on two cores.

A trial's share of cutting the patches and of everything that a round shares is in it. The peer is the plain
notebook's trial, with the window and covariance for which its time is known, in a process of its own.
"""

import time

from benchmarks.full_size import PAPER, SPECIMEN, random_settings, stores
from benchmarks.notebook import seconds_alone
from benchmarks.rows import Row
from benchmarks.stages import SEED, describe_sites, described, evaluate_settings, patch_gmm
from ferrotune.files.stores import open_array, read_store

TRIALS, BATCH, THREADS = 100, 25, 2
NOTEBOOK = {"window": (34, 50), "components": 5, "covariance": "tied"}  # window in px


def measure():
    """Rows: wall time a trial and the notebook's; a trial's own time; the sites."""
    with stores(SPECIMEN) as folder:
        start = time.perf_counter()
        describe_sites(folder, patch_gmm(PAPER), THREADS)
        cut = time.perf_counter() - start
        own = evaluate_settings(folder, patch_gmm(PAPER), random_settings(TRIALS), BATCH, THREADS)
        total = time.perf_counter() - start
        yx = read_store(described(folder, patch_gmm(PAPER)), "yx")[0]["yx"]
        image = open_array(folder / "image.zarr", "image")[...]
        notebook = seconds_alone(image, yx, **NOTEBOOK, seed=SEED)
    name, each = "trial_seconds_full_size", total / TRIALS
    return [
        Row(name, each, "s", "plain notebook's trial", notebook, notebook / each),
        Row(f"{name}[cutting the patches, once]", cut, "s"),
        Row(f"{name}[mean of a trial's own time]", float(own.mean()), "s"),
        Row(f"{name}[longest of a trial's own time]", float(own.max()), "s"),
        Row(f"{name}[sites]", len(yx), ""),
    ]
