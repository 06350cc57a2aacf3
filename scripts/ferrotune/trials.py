"""Trials: settings to labels, walls, rewards and a status; what trials of a batch share is computed once."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ferrotune import guards
from ferrotune.raster import SAMPLES_PER_CELL, label_raster
from ferrotune.rewards import REWARDS, score
from ferrotune.segmentation import cluster
from ferrotune.walls import Walls, find_walls

NO_WALLS_AT_ALL = Walls(np.empty((0, 2, 2)), [], [], [])


@dataclass(frozen=True)
class Outcome:
    """What came of a trial: labels (site,) int8 (-1 if it failed), walls, rewards by name, status, reason, seconds."""

    trial: int
    labels: np.ndarray
    walls: Walls
    rewards: Mapping[str, float]
    status: str
    reason: str
    seconds: float


def trial_seed(seed, trial):
    """Seed of a trial: 31 bits of the config's seed and the trial's number, whatever round or batch it is in."""
    return int(np.random.SeedSequence(seed, spawn_key=(trial,)).generate_state(1)[0] >> 1)


def evaluate_batch(trials, pipeline, described, sites, seed):
    """Evaluate trials that share their descriptors, one by one.

    Parameters
    ----------
    trials : list of (trial number, setting); all of one `descriptor_key`
    pipeline : ferrotune.pipelines.Pipeline
    described : what the pipeline's descriptor opens for them, see `ferrotune.descriptors`
    sites : ferrotune.sites.Sites
    seed : int, the config's

    Yields
    ------
    Outcome
        A trial that raises is an outcome too, with status "failed" and its reason.
    """
    reduced = {}
    for trial, setting in trials:
        start = time.perf_counter()
        try:
            scores = reduced_scores(pipeline, described, setting, reduced)
            labels = cluster(scores, pipeline.part("clustering"), setting, trial_seed(seed, trial))
            outcome = judge(trial, labels, scores, sites, trial_seed(seed, trial))
        except (ValueError, ArithmeticError, np.linalg.LinAlgError, MemoryError) as error:
            outcome = _failed(trial, len(sites), error)
        yield _timed(outcome, time.perf_counter() - start)


def judge(trial, labels, scores, sites, seed):
    """Outcome of labels (site,) found from scores (site, r): walls, rewards, status; the seed serves both."""
    walls = find_walls(label_raster(sites.raster, labels), SAMPLES_PER_CELL, seed)
    status = guards.status(labels, scores, sites.near, walls, seed)
    return Outcome(trial, labels, walls, score(walls, REWARDS), status, "", math.nan)


def _failed(trial, n_sites, error):
    reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}"
    rewards = dict.fromkeys(REWARDS, math.nan)
    return Outcome(trial, np.full(n_sites, -1, np.int8), NO_WALLS_AT_ALL, rewards, guards.FAILED, reason, math.nan)


def _timed(outcome, seconds):
    return Outcome(**{**vars(outcome), "seconds": seconds})


def reduced_scores(pipeline, described, setting, known):
    """Scores (site, r) of a trial; `known` keeps those that later trials share, by their rank.

    Of a nested reduction the largest rank of the space is taken once: not of the batch, so that a trial's result
    does not hang on which others it is evaluated with.
    """
    reduction, rank = pipeline.part("reduction"), setting.get("rank")
    most = pipeline.largest_rank if reduction.NESTED and rank is not None else rank
    if most not in known:
        known[most] = reduction.reduce(described, setting, most)
    return known[most][:, :rank]
