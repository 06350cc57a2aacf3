"""Tabulated landscapes: every setting of a space evaluated once on a small film, and kept in a small file.

`PYTHONPATH=scripts:tests .venv/bin/python -m benchmarks.landscape` makes the file anew, in some ten minutes on one
core; with names of films after it, these only. The films of measured maps need the folder `../shared`.
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
from benchmarks.truth_films import MAPS, MEASURED, SCALE
from ferrotune.files.polarization_maps import read_map
from ferrotune.files.stores import read_store
from ferrotune.front import pareto
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.search.outcomes import RATE, Judging
from ferrotune.search.reward_config import PAIRS as OF_MODES
from ferrotune.segmentation.statuses import OK, STATUSES
from ferrotune.simulation.map_pattern import part_of_map
from ferrotune.sites.sites import ARRAYS, Sites
from helpers.simulated import demo_specimens

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).with_name("landscapes.npz")
PIPELINES = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["pipelines"]
WINDOW = {"low": 1.0, "high": 2.5, "step": 0.75}
# The default space of patch_gmm, with every third window: a film's table is then a few minutes' work.
SPACE = {
    "flatten": [1, 2],
    "denoise": ["none"],
    "w1": WINDOW,
    "w2": WINDOW,
    "rank": [4, 8, 16],
    "components": {"low": 2, "high": 6, "step": 1},
    "covariance": ["tied", "full", "spherical"],
    "field": [0, 1, 2],
}
PATCH_GMM = PIPELINES["patch_gmm"] | {"space": SPACE}
# Walls are judged for both pairs, so that the search of the paper's pair is held against the guards too.
PAIRS = {"default": OF_MODES["guarded"], "paper": OF_MODES["paper"]}
REWARDS = sorted({name for pair in PAIRS.values() for name in pair})
DRAWN = {
    "nanodomains": demo_specimens()["Sm_13"] | {"shape": (768, 800), "substrate_cells": 0},
    "closure": MEASURED | {"shape": (560, 560), "mistilt_shift_pm": 5.0, "geometry": "closure"},
}
# Part (row, column, rows, columns) of a measured map: of the parts of this size, each has two regions at least.
PARTS = {"sm_0": (48, 60, 34, 34), "sm_13": (72, 84, 34, 34)}
FILMS = ("nanodomains", *(f"map_{key}" for key in PARTS))
CODES = 2**16 - 1  # a reward is kept as one of so many levels between its least and its greatest value


@dataclass(frozen=True)
class Landscape:
    """What every setting of a space comes to.

    Attributes
    ----------
    space : Space
    objectives : dict of str to str, a reward's name to its direction
    rewards : (setting, objective) float32, in that order; NaN where a setting has none
    status : (setting,) int8, the place in `STATUSES`
    """

    space: Space
    objectives: dict[str, str]
    rewards: np.ndarray
    status: np.ndarray

    @property
    def losses(self):
        """(setting, objective) float, NaN where a setting lacks a reward."""
        return pareto.losses(self.rewards, list(self.objectives.values()))

    @property
    def stands(self):
        """(setting,) bool, whether a wall stands."""
        return self.status == STATUSES.index(OK)

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


def coded(rewards):
    """Rewards (setting, reward) as uint16, 0 where there is none, and their least and greatest value (2, reward)."""
    ends = np.array([np.nanmin(rewards, axis=0), np.nanmax(rewards, axis=0)])
    share = (rewards - ends[0]) / np.where(ends[1] > ends[0], ends[1] - ends[0], 1)
    return np.where(np.isfinite(share), np.rint(1 + share * (CODES - 1)), 0).astype(np.uint16), ends


def decoded(codes, ends):
    """Rewards (setting, reward) float from what `coded` made of them."""
    share = np.where(codes > 0, (codes.astype(float) - 1) / (CODES - 1), np.nan)
    return ends[0] + share * (ends[1] - ends[0])


@cache
def landscape(film, pair):
    """The kept Landscape of one of `FILMS`, for one of the pairs of rewards in `PAIRS`."""
    with np.load(KEPT) as kept:
        rewards = decoded(kept[f"{film}_rewards"], kept[f"{film}_ends"])
        chosen = rewards[:, [REWARDS.index(name) for name in PAIRS[pair]]]
        return Landscape(Pipeline.from_config(PATCH_GMM).space, PAIRS[pair], chosen, kept[f"{film}_status"])


def film_of(name):
    """Specimen (dict) of a film, and its polarization (row, column, 2) px if it is of a measured map."""
    if name in DRAWN:
        return DRAWN[name], None
    key = name.removeprefix("map_")
    part = part_of_map(read_map(f"{MAPS}#{key}"), PARTS[key])
    return MEASURED | {"geometry": "map", "map": name, "shape": None}, SCALE * part


def _trials_by_descriptor(pipeline):
    """Lists of (number, setting) that share their descriptors, for each of which one reduction serves."""

    def key(trial):
        return tuple(map(str, pipeline.descriptor_key(trial[1])))

    return [list(group) for _, group in groupby(sorted(enumerate(pipeline.space), key=key), key=key)]


def evaluated(film):
    """Rewards (setting, REWARDS) and status (setting,) of every setting on a film (str), which is simulated anew."""
    pipeline = Pipeline.from_config(PATCH_GMM)
    specimen, polarization = film_of(film)
    with stores(specimen, SEED, polarization) as folder:
        describe_sites(folder, PATCH_GMM, threads=1)
        store = described(folder, PATCH_GMM)
        arrays, attributes = read_store(store, *ARRAYS)
        cells, _ = read_store(folder / "cells.zarr", "yx", "polarization", "lattice")
        sites = Sites.from_arrays(arrays, attributes["cell_px"]).with_cells(cells)
        judging = Judging.of(sites, RATE, SEED)
        rewards = np.full((pipeline.space.size, len(REWARDS)), np.nan)
        status = np.full(pipeline.space.size, -1, np.int8)
        for group in _trials_by_descriptor(pipeline):
            stack = pipeline.part("descriptor").open(store, group[0][1])
            for outcome in evaluate_batch(group, pipeline, stack, sites, SEED, REWARDS, judging=judging):
                rewards[outcome.trial] = [outcome.rewards[name] for name in REWARDS]
                status[outcome.trial] = STATUSES.index(outcome.status)
    return rewards, status


def main(films):
    """Write the file with these films' landscapes (list of str); others that it holds stay."""
    arrays = {}
    if KEPT.exists():
        with np.load(KEPT) as kept:
            arrays = {key: kept[key] for key in kept.files if key.rpartition("_")[0] in FILMS}
    with threadpool_limits(1):
        for film in films:
            rewards, status = evaluated(film)
            codes, ends = coded(rewards)
            arrays |= {f"{film}_rewards": codes, f"{film}_ends": ends, f"{film}_status": status}
            np.savez_compressed(KEPT, **arrays)
            print(f"{film}: a wall stands in {int((status == STATUSES.index(OK)).sum())} of {len(status)} settings")


if __name__ == "__main__":
    main(sys.argv[1:] or list(FILMS))
