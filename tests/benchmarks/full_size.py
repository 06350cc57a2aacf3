"""A simulated full-size image for the benchmarks: its columns' stores, and the paper's space of settings."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.stages import find_columns, measure_cells
from ferrotune.files.stores import write_store
from ferrotune.images.normalisation import prepare
from ferrotune.pipelines.space import Space
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

# A scan that was turned by 5 degrees leaves a frame without signal, as most images of the record have it.
SPECIMEN = {"shape": (4400, 4400), "geometry": "walls_109", "dose": 400.0, "scan_rotation_deg": 5.0}
WINDOW = {"low": 0.5, "high": 2.0, "step": 0.125}
# config/paper.yaml's space, with 16 components in place of raw patches (ours), and with the background flattened
# over a cell, so that walls stand, which are judged.
PAPER = {
    "flatten": [1],
    "denoise": ["none"],
    "w1": WINDOW,
    "w2": WINDOW,
    "rank": [16],
    "components": [5],
    "covariance": ["full", "tied", "diag", "spherical"],
}


@contextmanager
def stores(specimen, seed=1, polarization=None):
    """A folder with image.zarr, columns.zarr and cells.zarr of a specimen (dict), as the workflow writes them.

    `polarization` (row, column, 2) px is that of a film of a measured map.
    """
    simulated = simulate(Specimen(**specimen), seed, polarization)
    image, mask = prepare(simulated.image, np.ones(simulated.image.shape, bool))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        arrays = {"image": (("y", "x"), image), "mask": (("y", "x"), mask)}
        write_store(folder / "image.zarr", arrays, {"pixel_size_pm": simulated.pixel_size_pm})
        find_columns(folder, threads=1)
        measure_cells(folder)
        yield folder


def random_settings(count, seed=0):
    """Settings (list of dict) drawn from the paper's space, all different."""
    space = Space.from_config(PAPER)
    return [space.setting(int(i)) for i in np.random.default_rng(seed).permutation(space.size)[:count]]
