"""The workflow's stages called one by one in this process, so that no start of Python is in their times."""

import json

import numpy as np

import cells
import columns
import evaluate
import patches
from ferrotune.rewards import cheap
from ferrotune.settings import patch_cuts
from ferrotune.stores import open_array

SEED = 1


def find_columns(folder, threads):
    """columns.zarr from the image.zarr in a folder (path)."""
    columns.main(folder / "image.zarr", folder / "columns.zarr", "lattice", "benchmark", folder / "log", threads)


def measure_cells(folder):
    """cells.zarr from the columns.zarr in a folder (path)."""
    cells.main(folder / "columns.zarr", folder / "cells.zarr", "benchmark", folder / "log")


def cut_patches(folder, space, threads):
    """patches.zarr for a space of settings (dict), patches around A."""
    patches.main(
        image_store=folder / "image.zarr",
        columns_store=folder / "columns.zarr",
        output=folder / "patches.zarr",
        sites="A",
        subpixel=True,
        cuts=patch_cuts({"patch_gmm": {"space": space}}),
        image="benchmark",
        threads=threads,
        log_path=folder / "log",
    )


def evaluate_settings(folder, space, settings, batch, threads):
    """Evaluate settings (list of dict) of a space in rounds of `batch`; each trial's own seconds (n,)."""
    seconds = []
    for start in range(0, len(settings), batch):
        proposals, output = folder / "round.json", folder / "round.zarr"
        trials = [{"trial": start + i, "setting": s} for i, s in enumerate(settings[start : start + batch])]
        proposals.write_text(json.dumps({"trials": trials}))
        pipeline = {"space": space}
        evaluate.main(
            proposals=proposals,
            patches_store=folder / "patches.zarr",
            cells_store=folder / "cells.zarr",
            output=output,
            pipeline=pipeline,
            rewards=cheap(),
            seed=SEED,
            threads=threads,
            subject="benchmark",
            log_path=folder / "log",
        )
        seconds.append(open_array(output, "seconds")[...])
    return np.concatenate(seconds)
