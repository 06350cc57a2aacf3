"""The workflow's stages called one by one in this process, so that no start of Python is in their times."""

import json

import numpy as np

import cells
import columns
import describe
import evaluate
from ferrotune.rewards import cheap
from ferrotune.settings import descriptor_uses
from ferrotune.stores import open_array

SEED = 1


def patch_gmm(space):
    """The paper's pipeline with a space of settings (dict), as the config writes it."""
    return {"descriptor": "patches", "reduction": "pca", "clustering": "gmm", "space": space}


def find_columns(folder, threads):
    """columns.zarr from the image.zarr in a folder (path)."""
    columns.main(folder / "image.zarr", folder / "columns.zarr", "lattice", "benchmark", folder / "log", threads)


def measure_cells(folder):
    """cells.zarr from the columns.zarr in a folder (path)."""
    cells.main(folder / "columns.zarr", folder / "cells.zarr", "benchmark", folder / "log")


def cut_patches(folder, space, threads):
    """patches.zarr for a space of settings (dict), patches around A."""
    describe.main(
        descriptor="patches",
        stores={"image": folder / "image.zarr", "columns": folder / "columns.zarr"},
        output=folder / "patches.zarr",
        uses=descriptor_uses({"patch_gmm": patch_gmm(space)}, "patches"),
        options={"sites": "A", "subpixel": True},
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
        evaluate.main(
            inputs={
                "proposals": proposals,
                "descriptors": [folder / "patches.zarr"],
                "halves": [],
                "cells": folder / "cells.zarr",
            },
            output=output,
            pipeline=patch_gmm(space),
            rewards=cheap(),
            seed=SEED,
            threads=threads,
            subject="benchmark",
            log_path=folder / "log",
        )
        seconds.append(open_array(output, "seconds")[...])
    return np.concatenate(seconds)
