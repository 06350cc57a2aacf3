"""crvae_trial_seconds, crvae_recovery: the variational autoencoder's pipeline on a full-size image, and what it finds.

A trial trains on 6,000 of some 47,000 patches of 41 x 41 px around A and B, for 30 epochs at most, and encodes all. It
runs on one core, so that its bytes are the same anywhere; in a search two run side by side on two cores, and the memory
is that of all processes then. Recovery is that of the demo's search on a film at 0 % Sm: what the selected trial has of
the best trial's agreement with the truth, and how the latent variable that follows it best follows the polarization.
"""

import time
from pathlib import Path

import numpy as np

from benchmarks.answers import CONFIG, SEARCHES, known_film, search_table
from benchmarks.full_size import SPECIMEN, stores
from benchmarks.rows import Row
from benchmarks.run import make_case
from benchmarks.running import run_workflow
from benchmarks.stages import describe_sites, described, evaluate_settings
from ferrotune.cells.unit_cells import polarization_at
from ferrotune.files.rounds import read_checkpoint
from ferrotune.files.stores import read_store
from ferrotune.front.selection import front_of, selected_trial, setting_of
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.reductions import rvae

FOLDER = Path(__file__).parents[2] / "results" / "bench" / "crvae"
SPACE = {
    "flatten": [1],
    "denoise": ["none"],
    "w1": [1.57],
    "w2": [1.57],
    "latent": [2],
    "invariance": ["r"],
    "beta": [1],
    "learning_rate": [0.001],
    "variable": [1],
}
VARIED = SPACE | {
    "w1": [1.25, 1.57],
    "w2": [1.25, 1.57],
    "invariance": ["none", "r"],
    "learning_rate": [0.001, 0.003],
    "beta": [1, 4],
    "variable": [1, 2],
}
SEARCH = {"trials": 30, "batch": 10, "startup": 10}
MOST = {"trial": 60.0, "search": 25 * 60.0, "memory": 4.0}  # s, s, GB
FILM, SEED = {"shape": (1024, 1088), "dose": 400.0, "geometry": "walls_109"}, 11
LEAST = 0.8


def crvae(space):
    """The pipeline with a space of settings (dict), as the config writes it."""
    return {"descriptor": "patches_ab", "reduction": "rvae", "clustering": "kde_peaks", "space": space}


def _trial():
    """Rows: seconds of one trial, and the sites that it labels."""
    pipeline = crvae(SPACE)
    setting = {name: values[0] for name, values in SPACE.items()}
    with stores(SPECIMEN) as folder:
        describe_sites(folder, pipeline, threads=2)
        start = time.perf_counter()
        evaluate_settings(folder, pipeline, [setting], batch=1, threads=1)
        seconds = time.perf_counter() - start
        sites, _ = read_store(described(folder, pipeline), "yx")
    name = "crvae_trial_seconds"
    return [
        Row(name, seconds, "s", "at most", MOST["trial"], seconds / MOST["trial"]),
        Row(f"{name}[sites]", len(sites["yx"]), "patches"),
    ]


def _search():
    """Rows: seconds and memory of a search from image to front through Snakemake."""
    # by a name of its own: an overlay shares the keys of a pipeline of the default config
    case = make_case(FOLDER, SPECIMEN, {"crvae_full_size": crvae(VARIED)}, SEARCH)
    run = run_workflow(case.command("results/bench/full/crvae_full_size/front.tsv"), FOLDER)
    name = f"crvae_trial_seconds[{SEARCH['trials']} trials, from image to front]"
    return [
        Row(name, run.seconds, "s", "at most", MOST["search"], run.seconds / MOST["search"]),
        Row(f"{name}[peak memory]", run.peak_gb, "GB", "at most", MOST["memory"], run.peak_gb / MOST["memory"]),
    ]


def _follows(features, polarization):
    """Largest |r| of any feature (site, r) with each component of the polarization (site, 2), at A and B together."""
    known = np.isfinite(polarization).all(axis=1)
    count = features.shape[1]
    return np.abs(np.corrcoef(features[known].T, polarization[known].T)[:count, count:]).max(axis=0)


def _recovery():
    """Rows: what the selected trial has of the best agreement, and how a latent variable follows the polarization."""
    config, search = CONFIG["pipelines"]["crvae"], SEARCHES["crvae"]
    own = Pipeline.from_config(config)
    with known_film(FILM, SEED) as (folder, cells):
        describe_sites(folder, config, threads=2)
        table, rounds = search_table(folder, config, search)
        trial, _ = selected_trial(table, front_of(table, CONFIG["objectives"]), None)
        row = table.set_index("trial").loc[trial]
        setting = setting_of(own.space, row.to_dict())
        stack = own.part("descriptor").open(described(folder, config), setting)
        features = rvae.reduce_by(read_checkpoint(rounds, trial), stack, setting)
        sites, attributes = read_store(stack.store, "yx")
        along = _follows(
            features, polarization_at(sites["yx"], cells["yx"], cells["polarization"], attributes["cell_px"])
        )
    share, name = row["ari"] / table["ari"].max(), "crvae_recovery"
    return [
        Row(name, share, "of the best ARI", "at least", LEAST, share / LEAST),
        Row(f"{name}[ARI of the selected trial]", row["ari"], ""),
        Row(f"{name}[correlation with the polarization]", along.max(), "|r|", "at least", LEAST, along.max() / LEAST),
        Row(f"{name}[with its other component]", along.min(), "|r|"),
    ]


def measure():
    """Rows of a trial, of a search, and of what is found."""
    return _trial() + _search() + _recovery()
