"""hypervolume_at_100: the share of the exhaustive front's hypervolume that 100 evaluations reach.

Mean over 48 seeds on tabulated landscapes of the demo's default space (11,760 settings), searched in batches of 8,
beside Optuna's samplers on the same tables. Hypervolumes are in the box of all usable settings of a table
(`Landscape.shares`). The headline is a pair of rewards of walls, on the film that has most to
be found (of the others' chance reaches 0.975, which tells no search from another); rows in brackets give the
paper's pair, and every sampler of Optuna.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from benchmarks.landscape import landscape
from benchmarks.rows import Row
from ferrotune.search import proposals

ROOT = Path(__file__).parents[2]
PEER = Path(__file__).with_name("peers") / "optuna_search.py"
TRIALS = 100
BATCH = 8
STARTUP = 16  # two rounds
SEEDS = range(48)
PROCESSES = 2
HEADLINE = ("Sm_13", "walls")
TABLES = [HEADLINE, ("Sm_13", "paper")]
UNIT = "share of the hypervolume"


def searched(table, seed, trials=TRIALS):
    """Numbers (trial,) of the settings that a search of a Landscape evaluates, in order."""
    records = []
    for number in range(-(-trials // BATCH)):
        settings = proposals.suggest(table.space, records, table.objectives, BATCH, number, seed, STARTUP)
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
        subprocess.run([ROOT / ".venv-bench" / "bin" / "python", "-I", PEER, given, found], check=True)
        with np.load(found) as loaded:
            return dict(loaded)


def _final_shares(table, searches):
    """Share (seed,) that each of some searches, (seed, trial) numbers of settings, has reached at its end."""
    return np.array([table.shares(numbers)[-1] for numbers in searches])


def _mean_and_error(shares):
    return float(shares.mean()), float(shares.std(ddof=1) / np.sqrt(len(shares)))


def rows_of(film, mode, parallel):
    """Rows of one landscape: the mean beside the best of Optuna's samplers, then details."""
    table, name = landscape(film, mode), f"{film}, {mode}"
    ours, error = _mean_and_error(_final_shares(table, parallel(delayed(searched)(table, seed) for seed in SEEDS)))
    found = parallel(delayed(_by_optuna)(table, seeds) for seeds in np.array_split(SEEDS, PROCESSES))
    peers = {
        sampler: _mean_and_error(_final_shares(table, np.concatenate([part[sampler] for part in found])))
        for sampler in found[0]
    }
    best = max(peers, key=peers.get)
    headline = "hypervolume_at_100" if (film, mode) == HEADLINE else f"hypervolume_at_100[{name}]"
    rows = [Row(headline, ours, UNIT, f"Optuna, best of its samplers: {best}", peers[best][0], ours / peers[best][0])]
    rows.append(Row(f"hypervolume_at_100[{name}, standard error]", error, UNIT))
    for sampler, (mean, error) in peers.items():
        detail = f"hypervolume_at_100[{name}, {sampler}]"
        rows.append(Row(detail, ours, UNIT, f"Optuna {sampler} (standard error {error:.4f})", mean, ours / mean))
    return rows


def measure():
    """Rows of every landscape, the headline first."""
    with Parallel(n_jobs=PROCESSES) as parallel:
        return [row for film, mode in TABLES for row in rows_of(film, mode, parallel)]
