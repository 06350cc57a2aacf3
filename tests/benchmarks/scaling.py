"""scaling: time of columns, patches and trials against the number of sites; memory of the largest image.

One simulated image of 32 x 32 cells is tiled 1, 9 and 100 times: 900, 8,800 and 101,000 sites of the same content,
edge to edge. The stages are called in one process, after all of them have run once, so that no start of Python is
in their times. Below as many sites as the largest window has pixels there is no covariance, and trials do what the
cutting of patches does otherwise: "descriptors to rewards" is both together, for 32 trials. The value is the worst
growth of a time a site from one size to a larger one: 1 is linear.

An image of 8,192 x 8,192 px, simulated, not tiled, then goes through the whole workflow.
"""

import tempfile
import time
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.rows import Row
from benchmarks.run import make_case
from benchmarks.running import run_workflow
from benchmarks.stages import SEED, describe_sites, described, evaluate_settings, find_columns, measure_cells, patch_gmm
from ferrotune.files.stores import open_array, write_store
from ferrotune.images.normalisation import prepare
from ferrotune.pipelines.space import Space
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

FOLDER = Path(__file__).parents[2] / "results" / "bench" / "scaling"
CELLS, CELL_PX = 32, 26
# Nothing that grows over the image: a tile's edges match but for the walls and the noise.
SPECIMEN = {
    "shape": (CELLS * CELL_PX,) * 2,
    "cell_px": (CELL_PX,) * 2,
    "lattice_rotation_deg": 0.0,
    "lattice_shear_deg": 0.0,
    "dose": 400.0,
    "mistilt": 0.0,
    "mistilt_shift_pm": 0.0,
    "thickness_gradient": 0.0,
    "drift_px": 0.0,
}
TILES = (1, 3, 10)  # a side
ROUNDS = 3  # each over all sizes, as a machine has slow hours; the least counts, as other work can only lengthen a time
THREADS = 2
PIPELINE = patch_gmm(
    {
        "flatten": [1],
        "denoise": ["none"],
        "w1": [1.25, 1.5, 1.75, 2.0],
        "w2": [2.0],
        "rank": [16],
        "components": [4, 5],
        "covariance": ["full", "tied", "diag", "spherical"],
    }
)
MOST = 1.10
LARGE = 8192  # px a side
MOST_GB = 8.0


def _store_tiles(tile, tiles, folder):
    image = np.tile(tile, (tiles, tiles))
    image, mask = prepare(image, np.ones(image.shape, bool))
    arrays = {"image": (("y", "x"), image), "mask": (("y", "x"), mask)}
    write_store(folder / "image.zarr", arrays, {"pixel_size_pm": 15.6})


def _seconds(folder):
    """Seconds of each stage (dict) on the image in a folder."""
    settings = list(Space.from_config(PIPELINE["space"]))
    stages = {
        "columns": lambda: find_columns(folder, THREADS),
        "cells": lambda: measure_cells(folder),
        "patches": lambda: describe_sites(folder, PIPELINE, THREADS),
        "trials": lambda: evaluate_settings(folder, PIPELINE, settings, len(settings), THREADS),
    }
    found = {}
    for name, stage in stages.items():
        start = time.perf_counter()
        stage()
        found[name] = time.perf_counter() - start
    return found


def _least_a_site(tile):
    """Of each size: its sites, and the least seconds a site of each stage (dict)."""
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch, str(tiles)) for tiles in TILES]
        for tiles, folder in zip(TILES, folders, strict=True):
            _store_tiles(tile, tiles, folder)
        _seconds(folders[0])  # what is imported or compiled once
        rounds = [[_seconds(folder) for folder in folders] for _ in range(ROUNDS)]
        sites = [open_array(described(folder, PIPELINE), "yx").shape[0] for folder in folders]
    found = []
    for count, runs in zip(sites, zip(*rounds, strict=True), strict=True):
        least = {name: min(run[name] for run in runs) / count for name in runs[0]}
        least["descriptors to rewards"] = least["patches"] + least["trials"]
        found.append((count, least))
    return found


def _largest():
    """Row: memory of an image of LARGE x LARGE px, from image to page."""
    case = make_case(
        FOLDER, {"shape": (LARGE, LARGE), "dose": 400.0}, {"patch_gmm": PIPELINE}, {"mode": "exhaustive", "batch": 8}
    )
    peak = run_workflow(case.command(), case.folder).peak_gb
    return Row(f"scaling[peak memory, {LARGE} x {LARGE} px]", peak, "GB", "at most", MOST_GB, peak / MOST_GB)


def measure():
    """Rows: growth of the time a site, the worst first; times a site; the largest image's memory."""
    tile = simulate(Specimen(**SPECIMEN), SEED).image
    runs = _least_a_site(tile)
    growth = [
        (f"scaling[{stage}, {few} to {many} sites]", larger[stage] / smaller[stage])
        for stage in ("columns", "descriptors to rewards")
        for (few, smaller), (many, larger) in combinations(runs, 2)
    ]
    worst = max(value for _, value in growth)
    rows = [Row("scaling", worst, "", "at most", MOST, worst / MOST)]
    rows += [Row(name, value, "", "at most", MOST, value / MOST) for name, value in growth]
    rows += [
        Row(f"scaling[{stage}, {sites} sites]", 1e6 * seconds, "us a site")
        for sites, a_site in runs
        for stage, seconds in a_site.items()
    ]
    return [*rows, _largest()]
