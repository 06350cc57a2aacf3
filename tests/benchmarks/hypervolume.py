"""hypervolume_at_100: the share of the exhaustive front's hypervolume that 100 evaluations reach.

On tabulated landscapes, searched from 48 seeds in batches of 8, beside Optuna's samplers on the same tables.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.landscape import OBJECTIVES
from ferrotune import search

ROOT = Path(__file__).parents[2]
PEER = Path(__file__).with_name("peers") / "optuna_search.py"
TRIALS = 100
BATCH = 8
STARTUP = 16  # two rounds
SEEDS = range(48)
PROCESSES = 2
MOTPE = ("motpe", "motpe_multivariate", "motpe_batches", "motpe_multivariate_batches")


def searched(table, seed, trials=TRIALS):
    """Numbers (trial,) of the settings that a search of a Landscape evaluates, in order."""
    records = []
    for number in range(-(-trials // BATCH)):
        settings = search.suggest(table.space, records, OBJECTIVES, BATCH, number, seed, STARTUP)
        records += [table.record(setting) for setting in settings]
    return [table.space.index(record["setting"]) for record in records[:trials]]


def _by_optuna(table, seeds):
    """Numbers (seed, trial) of the settings that each variant of Optuna evaluates, by its name."""
    space = table.space
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder, "table.npz"), Path(folder, "found.npz")
        np.savez(
            given,
            losses=table.losses,
            counts=[len(space.values(name)) for name in space.names],
            ordered=[space.ordered(name) for name in space.names],
            seeds=seeds,
            trials=TRIALS,
            batch=BATCH,
        )
        subprocess.run([ROOT / ".venv-bench" / "bin" / "python", PEER, given, found], check=True)
        with np.load(found) as loaded:
            return dict(loaded)
