"""no_walls_reported, walls_found: what the default search answers where the truth is known.

20 films without a wall (20 % Sm; a flat lattice with mis-tilt and a gradient of thickness), of seeds that the guards'
limits were not chosen on (those were 1 to 10): on how many the answer is that there are no walls. And films at 0 % Sm
with 109 degree walls: agreement of the selected trial's walls with the true ones, within one cell.
"""

from contextlib import contextmanager
from functools import partial

import numpy as np
import pandas as pd
import yaml
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

import suggest
import trials
from benchmarks.full_size import stores
from benchmarks.landscape import ROOT
from benchmarks.rows import Row
from benchmarks.stages import describe_sites, described, evaluate_round
from ferrotune.files.stores import write_store
from ferrotune.front.selection import front_of, selected_trial
from ferrotune.search.reward_config import with_objectives
from ferrotune.search.search_config import apart, trial_count
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

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
        given = pipeline, CONFIG["objectives"], True, search, "benchmark", folder / "log"
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
        label = np.asarray(cells["domain"]).astype(np.int16)
        write_store(folder / "reference.zarr", {"yx": (("cell", "axis"), cells["yx"]), "label": (("cell",), label)})
        yield folder, cells


def answer(name, specimen, seed):
    """Selected trial (Series) of a pipeline's search on a specimen; None where the answer is "no walls"."""
    with known_film(specimen, seed) as (folder, _):
        pipeline = CONFIG["pipelines"][name]
        describe_sites(folder, pipeline, threads=1)
        table, _ = search_table(folder, pipeline, SEARCHES[name])
    trial = selected_trial(table, front_of(table, CONFIG["objectives"], guarded=True), None)
    return None if trial is None else table.set_index("trial").loc[trial]


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
    """Rows of every pipeline's silence, and of the walls that those find which see the polarization."""
    with Parallel(n_jobs=PROCESSES) as parallel:
        rows = [silence(name, parallel) for name in (*PIPELINES, *SPECTRA)]
        return rows + [found_walls(name, parallel) for name in PIPELINES]
