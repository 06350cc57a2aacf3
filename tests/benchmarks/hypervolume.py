"""hypervolume_at_100: the share of the exhaustive front's hypervolume that 100 evaluations reach.

Mean over 48 seeds and over tabulated landscapes (`benchmarks.landscape`), searched in batches of 8, beside random
settings, Optuna's samplers and BoTorch on the same tables. Hypervolumes are in the box of all usable settings of a
table (`Landscape.shares`). The headline is the default pair of rewards; rows in brackets give the paper's pair, each
film, and every peer. Searches with Gaussian processes take minutes each: they have a few seeds, on the films of
`SLOW_FILMS`, and stand beside ours with the same seeds.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from benchmarks.landscape import FILMS, PAIRS, landscape
from benchmarks.rows import Row
from ferrotune.search import proposals

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-bench" / "bin" / "python"
PEERS = [Path(__file__).with_name("peers") / f"{name}_search.py" for name in ("optuna", "botorch")]
GOALS = {"default": 0.95, "paper": 0.92}
TRIALS = 100
BATCH = 8
STARTUP = 16  # two rounds
SEEDS = range(48)
FEW = 4  # seeds of the slow peers
SLOW_FILMS = ("nanodomains", "map_sm_13")
PROCESSES = 2
UNIT = "share of the hypervolume"


def searched(table, seed, trials=TRIALS):
    """Numbers (trial,) of the settings that a search of a Landscape evaluates, in order."""
    records = []
    for number in range(-(-trials // BATCH)):
        settings = proposals.suggest(table.space, records, table.objectives, BATCH, number, seed, STARTUP)
        records += [table.record(setting) for setting in settings]
    return [table.space.index(record["setting"]) for record in records[:trials]]


def _by_peers(table, seeds, few):
    """Numbers (seed, trial) of the settings that each variant of the peers evaluates, by its name."""
    space, found = table.space, {}
    with tempfile.TemporaryDirectory() as folder:
        given, output = Path(folder, "table.npz"), Path(folder, "found.npz")
        np.savez(
            given,
            losses=table.losses,
            stands=table.stands,
            counts=[len(space.values(name)) for name in space.names],
            ordered=[space.ordered(name) for name in space.names],
            seeds=seeds,
            few=few,
            trials=TRIALS,
            batch=BATCH,
        )
        for peer in PEERS:
            subprocess.run([PYTHON, "-I", peer, given, output], check=True)
            with np.load(output) as loaded:
                found |= {f"{peer.stem.partition('_')[0]} {name}": numbers for name, numbers in loaded.items()}
    return found


def final_shares(table, searches):
    """Share (seed,) that each of some searches, (seed, trial) numbers of settings, has reached at its end."""
    return np.array([table.shares(list(numbers))[-1] for numbers in searches])


def shares_of(film, pair, parallel):
    """Final shares (seed,) of ours and of every peer on one landscape, by name."""
    table = landscape(film, pair)
    found = {"ours": list(parallel(delayed(searched)(table, seed) for seed in SEEDS))}
    few = FEW if film in SLOW_FILMS else 0
    parts = parallel(delayed(_by_peers)(table, SEEDS[part::PROCESSES], few) for part in range(PROCESSES))
    for name in parts[0]:
        found[name] = np.concatenate([part[name] for part in parts])
    order = np.concatenate([SEEDS[part::PROCESSES] for part in range(PROCESSES)])
    shares = {name: final_shares(table, numbers) for name, numbers in found.items() if len(numbers)}
    # in the order of the seeds; a slow peer has the first few
    return {
        name: of if name == "ours" else of[np.argsort(order[order < len(of)], kind="stable")]
        for name, of in shares.items()
    }


def _mean_and_error(shares):
    """Mean of shares (film, seed), and its standard error over the seeds of these films."""
    of_seed = np.mean(shares, axis=0)
    return float(of_seed.mean()), float(of_seed.std(ddof=1) / np.sqrt(len(of_seed)))


def rows_of(pair, found):
    """Rows of a pair of rewards from the shares (dict by name) of each film (dict): headline, films, peers."""
    films = list(found)
    mean, error = _mean_and_error([found[film]["ours"] for film in films])
    name = "hypervolume_at_100" if pair == "default" else f"hypervolume_at_100[{pair}]"
    rows = [Row(name, mean, UNIT, "goal", GOALS[pair], mean / GOALS[pair])]
    rows.append(Row(f"hypervolume_at_100[{pair}, standard error]", error, UNIT))
    for film in films:
        mean, chance = (float(found[film][name].mean()) for name in ("ours", "optuna random"))
        rows.append(Row(f"hypervolume_at_100[{pair}, {film}]", mean, UNIT, "random", chance, mean / chance))
    for peer in dict.fromkeys(name for of in found.values() for name in of if name != "ours"):
        there = [film for film in films if peer in found[film]]
        count = min(len(found[film][peer]) for film in there)
        (ours, _), (mean, error) = (
            _mean_and_error([found[film][name][:count] for film in there]) for name in ("ours", peer)
        )
        differences = [found[film][peer][:count] - found[film]["ours"][:count] for film in there]
        said = f"{peer} (difference from ours: standard error {_mean_and_error(differences)[1]:.4f}, {count} seeds)"
        rows.append(Row(f"hypervolume_at_100[{pair}, {peer}]", ours, UNIT, said, mean, ours / mean))
    return rows


def measure():
    """Rows of both pairs, the headline first."""
    with Parallel(n_jobs=PROCESSES) as parallel:
        found = {pair: {film: shares_of(film, pair, parallel) for film in FILMS} for pair in PAIRS}
    return [row for pair, of_films in found.items() for row in rows_of(pair, of_films)]
