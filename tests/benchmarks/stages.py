"""The workflow's stages called one by one in this process, so that no start of Python is in their times."""

import json

import numpy as np

import cells
import columns
import describe
import evaluate
from ferrotune.files.stores import open_array
from ferrotune.pipelines.parts import part
from ferrotune.rewards import cheap
from ferrotune.search.outcomes import RATE
from ferrotune.search.search_config import descriptor_uses

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


def describe_sites(folder, pipeline, threads, subpixel=True):
    """The store of a pipeline's descriptor, around A, for all settings of its space."""
    descriptor = pipeline["descriptor"]
    describe.main(
        descriptor=descriptor,
        stores={name: folder / f"{name}.zarr" for name in part("descriptor", descriptor).NEEDS},
        output=folder / "descriptors" / f"{descriptor}.zarr",
        uses=descriptor_uses({"benchmark": pipeline}, descriptor),
        options={"sites": "A", "subpixel": subpixel},
        image="benchmark",
        threads=threads,
        log_path=folder / "log",
    )


def described(folder, pipeline):
    """Path of the store of a pipeline's descriptor."""
    return folder / "descriptors" / f"{pipeline['descriptor']}.zarr"


def evaluate_round(folder, pipeline, proposals, output, rewards, threads, rate=RATE):
    """A round's store from its proposals (path)."""
    evaluate.main(
        inputs={
            "proposals": proposals,
            "descriptors": [described(folder, pipeline)],
            "halves": [],
            "earlier_proposals": [],
            "earlier": [],
            "cells": folder / "cells.zarr",
        },
        output=output,
        pipeline=pipeline,
        rewards=rewards,
        rate=rate,
        seed=SEED,
        threads=threads,
        subject="benchmark",
        log_path=folder / "log",
    )


def evaluate_settings(folder, pipeline, settings, batch, threads, rate=RATE):
    """Evaluate settings (list of dict) of a pipeline in rounds of `batch`; each trial's own seconds (n,)."""
    seconds = []
    for start in range(0, len(settings), batch):
        proposals, output = folder / "round.json", folder / "round.zarr"
        trials = [{"trial": start + i, "setting": s} for i, s in enumerate(settings[start : start + batch])]
        proposals.write_text(json.dumps({"trials": trials}))
        evaluate_round(folder, pipeline, proposals, output, cheap(), threads, rate)
        seconds.append(open_array(output, "seconds")[...])
    return np.concatenate(seconds)
