"""Tabulated landscapes: every setting of a space evaluated once on a demo image, and kept as a small file.

`PYTHONPATH=scripts:tests .venv/bin/python -m benchmarks.landscape` makes the file anew, in half an hour on one core;
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
from benchmarks.stages import describe_sites, described
from ferrotune import guards, pareto
from ferrotune.pipelines import Pipeline
from ferrotune.sites import ARRAYS, Sites
from ferrotune.space import Space
from ferrotune.stores import read_store
from ferrotune.trials import evaluate_batch
from simulated import demo_specimens

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).with_name("landscape.npz")
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
DEFAULT = CONFIG["pipelines"]["patch_gmm"]
# As many settings as that on which the schemes of search were first compared (3,364): windows and covariances.
WINDOW = {"low": 0.6, "high": 2.0, "step": 0.05}
FIXED = {"flatten": [1], "denoise": ["none"], "rank": [16], "components": [5]}
WINDOWS = DEFAULT | {
    "space": {**FIXED, "w1": WINDOW, "w2": WINDOW, "covariance": ["full", "tied", "diag", "spherical"]}
}
# A little smaller than the demo's, so that a table is ten minutes' work; and no substrate, whose edge is no wall.
CHANGES = {"shape": (768, 800), "substrate_cells": 0}
# Demo image, seed of its simulation and of its trials, and pipeline. The search was shaped on the last, on one of
# Sm_7 (not kept: chance, too, finds 0.99 there) and on the unit tests' landscape; the others are there to judge it.
FILMS = {
    "Sm_13": ("Sm_13", 1, DEFAULT),
    "Sm_13_windows": ("Sm_13", 1, WINDOWS),
    "Sm_13_again": ("Sm_13", 2, DEFAULT),
}


@dataclass(frozen=True)
class Landscape:
    """What every setting of a space comes to.

    Attributes
    ----------
    space : Space
    rewards : (setting, objective) float32, in the order of `OBJECTIVES`; NaN where a trial failed
    status : (setting,) int8, the place in `guards.STATUSES`
    """

    space: Space
    rewards: np.ndarray
    status: np.ndarray

    @property
    def losses(self):
        """(setting, objective) float, NaN where the status is not ok: what a guarded search may know."""
        losses = pareto.losses(self.rewards, list(OBJECTIVES.values()))
        losses[self.status != guards.STATUSES.index(guards.OK)] = np.nan
        return losses

    def record(self, setting):
        """A setting's trial, as a search is told of it."""
        number = self.space.index(setting)
        rewards = dict(zip(OBJECTIVES, map(float, self.rewards[number]), strict=True))
        return {"setting": setting, "status": guards.STATUSES[self.status[number]], "rewards": rewards}

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
def landscape(name):
    """The kept Landscape of a name of `FILMS`."""
    space = Pipeline.from_config(FILMS[name][2]).space
    with np.load(KEPT) as kept:
        return Landscape(space, kept[f"{name}_rewards"], kept[f"{name}_status"])


def _trials_by_descriptor(pipeline):
    """Lists of (number, setting) that share their descriptors, for each of which one reduction serves."""

    def key(trial):
        return tuple(map(str, pipeline.descriptor_key(trial[1])))

    return [list(group) for _, group in groupby(sorted(enumerate(pipeline.space), key=key), key=key)]


def evaluated(image, seed, config):
    """Landscape of a demo image (str): simulated, cut into patches, every setting of a pipeline's space evaluated."""
    pipeline = Pipeline.from_config(config)
    with stores(demo_specimens()[image] | CHANGES, seed) as folder:
        describe_sites(folder, config, threads=1)
        arrays = read_store(described(folder, config), *ARRAYS)[0]
        sites = Sites.from_arrays(arrays)
        rewards = np.full((pipeline.space.size, len(OBJECTIVES)), np.nan, np.float32)
        status = np.full(pipeline.space.size, -1, np.int8)
        for group in _trials_by_descriptor(pipeline):
            opened = pipeline.part("descriptor").open(described(folder, config), group[0][1])
            for outcome in evaluate_batch(group, pipeline, opened, sites, seed, list(OBJECTIVES)):
                rewards[outcome.trial] = [outcome.rewards[name] for name in OBJECTIVES]
                status[outcome.trial] = guards.STATUSES.index(outcome.status)
    return Landscape(pipeline.space, rewards, status)


def main(names):
    """Write the file with the landscapes of these names; others that it holds stay."""
    with np.load(KEPT) as kept:
        arrays = {key: kept[key] for key in kept.files if key.rpartition("_")[0] in FILMS}
    with threadpool_limits(1):
        for name in names:
            found = evaluated(*FILMS[name])
            arrays |= {f"{name}_rewards": found.rewards, f"{name}_status": found.status}
            np.savez_compressed(KEPT, **arrays)
            print(f"{name}: {np.isfinite(found.losses).all(axis=1).sum()} of {found.space.size} settings are usable")


if __name__ == "__main__":
    main(sys.argv[1:] or list(FILMS))
