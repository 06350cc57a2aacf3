"""epochs_saved: what is saved by giving up trials of crvae early (`search.give_up`), and how much of the front is kept.

Settings of crvae's space are trained to the end on two small films; their rewards are computed from the model as it is
after a fifth and a third of the epochs too. Searches of 24 trials in rounds of 8 (config/crvae.yaml) are then replayed
in random orders: a trial of the second or third round is given up where its rewards are dominated with the margin by
the front of the earlier rounds.
"""

from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.full_size import stores
from benchmarks.landscape import PIPELINES, film_of
from benchmarks.rows import Row
from benchmarks.stages import SEED, describe_sites, described
from ferrotune.files.stores import read_store
from ferrotune.front import pareto
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.search.early_stopping import LOOKS, MARGIN, EarlierFront
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.search.outcomes import RATE, Judging
from ferrotune.search.reward_config import PAIRS
from ferrotune.sites.sites import ARRAYS, Sites

FILMS = ("closure", "map_sm_13")
SETTINGS = 36
TRIALS, BATCH = 24, 8
ORDERS = 60
SPACE = PIPELINES["crvae"]["space"] | {"epochs": [30], "subset": [1500]}
CRVAE = PIPELINES["crvae"] | {"space": SPACE}


@dataclass
class Recorder:
    """Stands where EarlierFront does: it keeps the rewards at each look, and gives nothing up."""

    objectives: dict
    seen: list = field(default_factory=list)

    def looks(self, epochs):
        """Those of EarlierFront."""
        return EarlierFront.looks(None, epochs)

    def dominates(self, rewards):
        """Keep the rewards."""
        self.seen.append([rewards[name] for name in self.objectives])
        return False


def trained_trials(film, pair):
    """Rewards (setting, look, objective), the last at the end of the training, and epochs (setting,) of a film."""
    pipeline, objectives = Pipeline.from_config(CRVAE), PAIRS[pair]
    numbers = np.random.default_rng(0).permutation(pipeline.space.size)[:SETTINGS]
    rewards = np.full((SETTINGS, len(LOOKS) + 1, len(objectives)), np.nan)
    epochs = np.zeros(SETTINGS, int)
    with threadpool_limits(1), stores(*_specimen(film)) as folder:
        describe_sites(folder, CRVAE, threads=1)
        store = described(folder, CRVAE)
        arrays, attributes = read_store(store, *ARRAYS)
        cells, _ = read_store(folder / "cells.zarr", "yx", "polarization", "lattice")
        sites = Sites.from_arrays(arrays, attributes["cell_px"]).with_cells(cells)
        for row, number in enumerate(numbers.tolist()):
            recorder, setting = Recorder(objectives), pipeline.space.setting(number)
            judging = Judging.of(sites, RATE, SEED, earlier=recorder)
            stack = pipeline.part("descriptor").open(store, setting)
            (outcome,) = evaluate_batch(
                [(row, setting)], pipeline, stack, sites, SEED, list(objectives), judging=judging
            )
            seen = [*recorder.seen, [outcome.rewards[name] for name in objectives]]
            rewards[row, : len(seen) - 1], rewards[row, -1] = seen[:-1], seen[-1]
            epochs[row] = len(outcome.checkpoint[0]["heldout_elbo"]) if outcome.checkpoint else 0
    return rewards, epochs


def _specimen(film):
    specimen, polarization = film_of(film)
    return specimen, SEED, polarization


def replayed(rewards, epochs, objectives, margin, order):
    """Share of the epochs saved, and of the hypervolume kept, by a search of trials in an order (trial,)."""
    names, kept, done = list(objectives), [], []
    front, looks = None, sorted(EarlierFront.looks(None, SPACE["epochs"][0]))
    for place, trial in enumerate(order):
        if place % BATCH == 0:
            front = EarlierFront.of([{"rewards": of} for of in kept], objectives, margin) if kept else None
        at = [
            look
            for look, of in zip(looks, rewards[trial], strict=False)
            if look < epochs[trial] and front is not None and front.dominates(dict(zip(names, of, strict=True)))
        ]
        done.append(at[0] if at else epochs[trial])
        final = np.full(len(names), np.nan) if at else rewards[trial, -1]
        kept.append(dict(zip(names, final.tolist(), strict=True)))
    directions = list(objectives.values())
    whole = pareto.losses(rewards[order, -1], directions)
    left = pareto.losses(np.array([list(of.values()) for of in kept]), directions)
    bounds = pareto.best_and_worst(whole)
    share = pareto.hypervolume(left, bounds) / pareto.hypervolume(whole, bounds)
    return 1 - sum(done) / epochs[order].sum(), share


def rows_of(film, pair, rewards, epochs, margin=MARGIN):
    """Rows of a film and a pair of rewards: epochs saved beside their goal, hypervolume kept beside its goal."""
    orders = [np.random.default_rng(seed).permutation(SETTINGS)[:TRIALS] for seed in range(ORDERS)]
    saved, kept = np.mean([replayed(rewards, epochs, PAIRS[pair], margin, order) for order in orders], axis=0)
    name = f"{film}, {pair}"
    return [
        Row(f"epochs_saved[{name}]", saved, "share of the epochs", "at least", 1 / 3, saved * 3),
        Row(f"hypervolume_kept[{name}]", kept, "share of the hypervolume", "at least", 0.98, kept / 0.98),
    ]


def measure():
    """Rows of every film."""
    return [row for film in FILMS for row in rows_of(film, "guarded", *trained_trials(film, "guarded"))]
