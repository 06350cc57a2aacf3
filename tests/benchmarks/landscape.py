"""Tabulated landscapes: every setting of a space evaluated once on a demo image, and kept as a small file.

`PYTHONPATH=scripts:tests .venv/bin/python -m benchmarks.landscape` makes the file anew, in ten minutes on one core;
with names of landscapes after it, these only.
"""

import sys
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
import yaml
from threadpoolctl import threadpool_limits

from benchmarks.full_size import stores
from benchmarks.stages import SEED, describe_sites, described
from ferrotune.files.stores import read_store
from ferrotune.front import pareto
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.search.reward_config import PAIRS as OF_MODES
from ferrotune.segmentation.statuses import OK, STATUSES
from ferrotune.sites.sites import ARRAYS, Sites
from helpers.simulated import demo_specimens

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).with_name("landscape.npz")
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
# The space that the file was made with, which was then the default.
SPACE = {
    "flatten": [1, 2],
    "denoise": ["none", "gaussian 1"],
    "w1": {"low": 1.0, "high": 2.5, "step": 0.25},
    "w2": {"low": 1.0, "high": 2.5, "step": 0.25},
    "rank": [4, 8, 16],
    "components": {"low": 2, "high": 6, "step": 1},
    "covariance": ["tied", "full", "diag", "spherical"],
}
PATCH_GMM = CONFIG["pipelines"]["patch_gmm"] | {"clustering": "gmm", "space": SPACE}
# The pair of walls that was the default when the file was made; that of the judge is not in it yet.
PAIRS = {"walls": {"separation": "maximise", "chord_to_arc": "minimise"}, "paper": OF_MODES["paper"]}
REWARDS = sorted({name for pair in PAIRS.values() for name in pair})
# A little smaller than the demo's, so that a table is ten minutes' work; and no substrate, whose edge is no wall.
CHANGES = {"shape": (768, 800), "substrate_cells": 0}
FILMS = ("Sm_13",)  # of the demo; of the others chance finds nearly all


@dataclass(frozen=True)
class Landscape:
    """What every setting of a space comes to.

    Attributes
    ----------
    space : Space
    objectives : dict of str to str, a reward's name to its direction
    rewards : (setting, objective) float32, in that order; NaN where no wall stands
    status : (setting,) int8, the place in `STATUSES`
    """

    space: Space
    objectives: dict[str, str]
    rewards: np.ndarray
    status: np.ndarray

    @property
    def losses(self):
        """(setting, objective) float, NaN where no wall stands."""
        return pareto.losses(self.rewards, list(self.objectives.values()))

    def record(self, setting):
        """A setting's trial, as a search is told of it."""
        number = self.space.index(setting)
        rewards = dict(zip(self.objectives, map(float, self.rewards[number]), strict=True))
        return {"setting": setting, "status": STATUSES[self.status[number]], "rewards": rewards}

    def shares(self, trials):
        """Share of the whole space's hypervolume that the first 1, 2, ... of some trials reach.

        Parameters
        ----------
        trials : sequence of int, numbers of settings

        Returns
        -------
        (trial,) float, 0 ... 1

        Notes
        -----
        Losses are normalised by the best and worst of all usable settings, and the reference point is 1.1 in
        them, as in the workflow's own figures of convergence.
        """
        bounds = pareto.best_and_worst(self.losses)
        return pareto.hypervolume_history(self.losses[trials], bounds) / pareto.hypervolume(self.losses, bounds)


@cache
def landscape(film, pair):
    """The kept Landscape of one of `FILMS`, for one of the pairs of rewards in `PAIRS`."""
    with np.load(KEPT) as kept:
        rewards = kept[f"{film}_rewards"][:, [REWARDS.index(name) for name in PAIRS[pair]]]
        return Landscape(Pipeline.from_config(PATCH_GMM).space, PAIRS[pair], rewards, kept[f"{film}_status"])


def _trials_by_descriptor(pipeline):
    """Lists of (number, setting) that share their descriptors, for each of which one reduction serves."""

    def key(trial):
        return tuple(map(str, pipeline.descriptor_key(trial[1])))

    return [list(group) for _, group in groupby(sorted(enumerate(pipeline.space), key=key), key=key)]


def evaluated(film):
    """Rewards (setting, REWARDS) and status (setting,) of every setting on a demo image (str), simulated anew."""
    pipeline = Pipeline.from_config(PATCH_GMM)
    with stores(demo_specimens()[film] | CHANGES, SEED) as folder:
        describe_sites(folder, PATCH_GMM, threads=1)
        store = described(folder, PATCH_GMM)
        arrays, attributes = read_store(store, *ARRAYS)
        sites = Sites.from_arrays(arrays, attributes["cell_px"])
        rewards = np.full((pipeline.space.size, len(REWARDS)), np.nan, np.float32)
        status = np.full(pipeline.space.size, -1, np.int8)
        for group in _trials_by_descriptor(pipeline):
            stack = pipeline.part("descriptor").open(store, group[0][1])
            for outcome in evaluate_batch(group, pipeline, stack, sites, SEED, REWARDS):
                rewards[outcome.trial] = [outcome.rewards[name] for name in REWARDS]
                status[outcome.trial] = STATUSES.index(outcome.status)
    return rewards, status


def main(films):
    """Write the file with these films' landscapes (list of str); others that it holds stay."""
    with np.load(KEPT) as kept:
        arrays = {key: kept[key] for key in kept.files if key.rpartition("_")[0] in FILMS}
    with threadpool_limits(1):
        for film in films:
            rewards, status = evaluated(film)
            arrays |= {f"{film}_rewards": rewards, f"{film}_status": status}
            np.savez_compressed(KEPT, **arrays)
            usable = int((status == STATUSES.index(OK)).sum())
            print(f"{film}: {usable} of {len(status)} settings are usable")


if __name__ == "__main__":
    main(sys.argv[1:] or list(FILMS))
