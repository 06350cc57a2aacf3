"""no_walls_reported, walls_found: what the default search answers where the truth is known.

20 films without a wall (20 % Sm; a flat lattice with mis-tilt and a gradient of thickness): on how many the answer is
that no wall stands. And films at 0 % Sm with 109 degree walls: agreement of the selected trial's walls with the true
ones, within one cell. The ten-line peer (median of the displacement of B, k-means with 4 clusters) is asked the same:
it judges no wall, so that each boundary of its clusters is one.
"""

from contextlib import contextmanager
from functools import partial

import numpy as np
import pandas as pd
import yaml
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

import front
import suggest
import trials
from benchmarks.full_size import stores
from benchmarks.landscape import ROOT
from benchmarks.rows import Row
from benchmarks.stages import describe_sites, described, evaluate_round
from ferrotune.cells.polarization_variants import peer_labels
from ferrotune.files.stores import read_store, write_store
from ferrotune.front.answers import WALLS as WITH_WALLS
from ferrotune.reference.comparison import Comparison
from ferrotune.reference.scores import labels_at
from ferrotune.search.outcomes import RATE
from ferrotune.search.reward_config import with_objectives
from ferrotune.search.search_config import apart, trial_count
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen
from ferrotune.sites.sites import ARRAYS, Sites

CONFIG, SEARCHES = apart(with_objectives(yaml.safe_load((ROOT / "config" / "config.yaml").read_text())))
FILM = {"shape": (768, 800), "dose": 400.0}
NONE = FILM | {"geometry": "none", "sm_percent": 20.0}
FLAT = NONE | {"mistilt": 0.3, "mistilt_shift_pm": 8.0, "thickness_gradient": 0.4}
WALLS = FILM | {"geometry": "walls_109"}
WITHOUT = [(specimen, seed) for seed in range(11, 21) for specimen in (NONE, FLAT)]
WITH = [(WALLS, seed) for seed in range(11, 16)]
PIPELINES = ("patch_gmm", "cell_gmm", "crvae")
SPECTRA = ("fft_nmf", "fft_ica")  # of these only what they say where there is nothing: P and -P look alike to them
PROCESSES = 2


def search_table(folder, pipeline, search):
    """Trials of a whole search (DataFrame) on the stores in a folder, and the paths of its rounds' stores (list)."""
    count = trial_count(pipeline, search)
    proposals, rounds = [], []
    for number in range(-(-count // search["batch"])):
        proposed, found = folder / f"{number:03d}.json", folder / f"{number:03d}.zarr"
        given = pipeline, CONFIG["objectives"], search, "benchmark", folder / "log"
        suggest.main(proposals, rounds, proposed, number, *given)
        evaluate_round(folder, pipeline, proposed, found, list(CONFIG["objectives"]), threads=1)
        proposals, rounds = [*proposals, proposed], [*rounds, found]
    stores = {"image_store": folder / "image.zarr", "sites_store": described(folder, pipeline)}
    written = {
        "reference_store": folder / "reference.zarr",
        "output": folder / "trials.tsv",
        "log_path": folder / "log",
    }
    trials.main(proposals, rounds, **stores, **written, trials=count, subject="benchmark")
    return pd.read_csv(folder / "trials.tsv", sep="\t"), rounds


@contextmanager
def known_film(specimen, seed):
    """A folder with the stores of a specimen (dict) and its truth as the reference, and the true cells (dict)."""
    with threadpool_limits(1), stores(specimen, seed) as folder:
        cells = simulate(Specimen(**specimen), seed).cells
        reference = {name: (("cell", "axis"), cells[name]) for name in ("yx", "polarization")}
        reference["label"] = (("cell",), np.asarray(cells["domain"]).astype(np.int16))
        write_store(folder / "reference.zarr", reference)
        yield folder, cells


def selected(folder, pipeline, search, rounds):
    """Attributes (dict) of the selected trial of a search, which is judged again."""
    store = described(folder, pipeline)
    inputs = {"trials": folder / "trials.tsv", "rounds": rounds, "sites": store, "descriptors": [store]}
    outputs = {"front": folder / "front.tsv", "selected": folder / "selected.zarr"}
    front.main(
        inputs=inputs | {"cells": folder / "cells.zarr"},
        outputs=outputs,
        pipeline=pipeline,
        objectives=CONFIG["objectives"],
        rate=RATE,
        seed=search["seed"],
        select=None,
        distance=CONFIG["confidence"]["distance"],
        subject="benchmark",
        log_path=folder / "log",
    )
    return read_store(outputs["selected"], "label")[1]


def answer(name, specimen, seed):
    """Selected trial (dict) of a pipeline's search on a specimen; None where no wall stands."""
    with known_film(specimen, seed) as (folder, _):
        pipeline, search = CONFIG["pipelines"][name], SEARCHES[name]
        describe_sites(folder, pipeline, threads=1)
        _, rounds = search_table(folder, pipeline, search)
        found = selected(folder, pipeline, search, rounds)
    return found["parameters"] if found["answer"] == WITH_WALLS else None


def peer_walls(specimen, seed):
    """F1 of the boundaries of the ten-line peer with the true walls of a specimen; without any, inf if it has none."""
    with known_film(specimen, seed) as (folder, true):
        pipeline = CONFIG["pipelines"]["patch_gmm"]
        describe_sites(folder, pipeline, threads=1)
        arrays, attributes = read_store(described(folder, pipeline), *ARRAYS)
        measured, _ = read_store(folder / "cells.zarr", "yx", "polarization", "ab")
        mask = read_store(folder / "image.zarr", "mask")[0]["mask"]
    sites, cell_px = Sites.from_arrays(arrays, attributes["cell_px"]), attributes["cell_px"]
    labels = labels_at(sites.yx, measured["yx"], peer_labels(measured["polarization"], measured["ab"]), cell_px)
    if len(np.unique(labels[labels >= 0])) < 2:
        return np.inf
    truth = np.asarray(true["domain"])
    return Comparison(sites.yx, sites.raster, true["yx"], truth, mask, cell_px).score(labels)["wall_f1"]


def peer_rows(parallel):
    """Rows of the ten-line peer."""
    ask = delayed(peer_walls)
    silent = sum(found == np.inf for found in parallel(ask(*film) for film in WITHOUT))
    least = min(parallel(ask(*film) for film in WITH))
    return [
        Row("no_walls_reported[peer]", silent, f"of {len(WITHOUT)} films without"),
        Row("walls_found[peer]", least, f"F1, least of {len(WITH)} films"),
    ]


def silence(name, parallel):
    """Row: on how many films without walls a pipeline says so."""
    ask = delayed(partial(answer, name))
    silent = sum(found is None for found in parallel(ask(*film) for film in WITHOUT))
    return Row(f"no_walls_reported[{name}]", silent, f"of {len(WITHOUT)} films without", "at least", 19, silent / 19)


def found_walls(name, parallel):
    """Row: the least agreement of a pipeline's walls with the true ones."""
    ask = delayed(partial(answer, name))
    least = min(0.0 if found is None else found["wall_f1"] for found in parallel(ask(*film) for film in WITH))
    return Row(f"walls_found[{name}]", least, f"F1, least of {len(WITH)} films", "at least", 0.8, least / 0.8)


def measure():
    """Rows of every pipeline's silence, of the walls that those find which see the polarization, and of the peer."""
    with Parallel(n_jobs=PROCESSES) as parallel:
        rows = [silence(name, parallel) for name in (*PIPELINES, *SPECTRA)]
        return rows + [found_walls(name, parallel) for name in PIPELINES] + peer_rows(parallel)
