"""Trials: settings to labels, walls, rewards and a status; what trials of a batch share is computed once."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ferrotune.rewards import Segmentation, cheap, score
from ferrotune.segmentation import guards
from ferrotune.segmentation.labels import cluster
from ferrotune.sites.raster import SAMPLES_PER_CELL, label_raster
from ferrotune.walls import NO_WALLS_AT_ALL, Walls, find_walls


@dataclass(frozen=True)
class Outcome:
    """What came of a trial: labels (site,) int8 (-1 if it failed), walls, rewards by name, status, reason, seconds.

    checkpoint: of a reduction that was trained, arrays by name and attributes.
    """

    trial: int
    labels: np.ndarray
    walls: Walls
    rewards: Mapping[str, float]
    status: str
    reason: str
    seconds: float
    checkpoint: tuple | None = None


def trial_seed(seed, trial, *repeat):
    """Seed of a trial: 31 bits of the config's seed and the trial's number, whatever round or batch it is in.

    With a number more it is that of a repetition of the trial.
    """
    return int(np.random.SeedSequence(seed, spawn_key=(trial, *repeat)).generate_state(1)[0] >> 1)


def evaluate_batch(trials, pipeline, described, sites, seed, rewards=None, halves=(), progress=None, finished=None):
    """Evaluate trials that share their descriptors, one by one.

    Parameters
    ----------
    trials : list of (trial number, setting); all of one `descriptor_key`
    pipeline : ferrotune.pipelines.pipeline.Pipeline
    described : what the pipeline's descriptor opens for them, see `ferrotune.descriptors`
    sites : ferrotune.sites.sites.Sites
    seed : int, the config's
    rewards : list of str, names of the rewards to take; by default the cheap ones
    halves : of the two half-dose images what `described` is of the image; empty where there are none
    progress : function of a trial's number that gives what wraps the epochs of a training, optional
    finished : trials of earlier rounds that left a checkpoint, as `ferrotune.reductions` says, optional

    Yields
    ------
    Outcome
        A trial that raises is an outcome too, with status "failed" and its reason.
    """
    rewards, reduced = cheap() if rewards is None else rewards, [{} for _ in (described, *halves)]
    for trial, setting in trials:
        start = time.perf_counter()
        try:
            epochs = progress(trial) if progress else iter
            made = trained(pipeline, described, setting, trial_seed(seed, trial), epochs, finished)
            scores = reduced_scores(pipeline, described, setting, reduced[0], made)
            labels_of = partial(_labels, scores, pipeline, setting, seed, trial)
            of_halves = partial(_half_labels, pipeline, halves, setting, reduced[1:], seed, trial) if halves else None
            ways = {"again": labels_of, "halves": of_halves, "near": _near(described, setting, sites)}
            ways["limits"] = _limits(pipeline, described)
            outcome = judge(trial, labels_of(), scores, sites, trial_seed(seed, trial), rewards, **ways)
            outcome = replace(outcome, checkpoint=made)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError, MemoryError) as error:
            outcome = _failed(trial, len(sites), rewards, error)
        yield replace(outcome, seconds=time.perf_counter() - start)


def _labels(scores, pipeline, setting, seed, trial, *repeat):
    """Labels (site,) of a trial, or of a repetition of it under another seed."""
    return cluster(scores, pipeline.part("clustering"), setting, trial_seed(seed, trial, *repeat))


def _half_labels(pipeline, halves, setting, reduced, seed, trial):
    """Labels (site,) of a trial's setting from each half-dose image, (list)."""
    labels = []
    for half, known in zip(halves, reduced, strict=True):
        made = trained(pipeline, half, setting, trial_seed(seed, trial))
        scores = reduced_scores(pipeline, half, setting, known, made)
        labels.append(_labels(scores, pipeline, setting, seed, trial))
    return labels


def _near(described, setting, sites):
    """Neighbourhood that the guards ask: further pairs where the descriptors of neighbours share their noise."""
    return sites.near.apart if hasattr(described, "shared") and described.shared(setting) else sites.near


def _limits(pipeline, described):
    """Limits of the guards: of the reduction, of the descriptor, or those of all."""
    own = getattr(pipeline.part("reduction"), "LIMITS", None)
    return guards.Limits(**own) if own else getattr(described, "limits", guards.LIMITS)


def judge(trial, labels, scores, sites, seed, rewards, near=None, limits=guards.LIMITS, **ways):
    """Outcome of labels (site,) found from scores (site, r): walls, rewards by their names, status.

    The seed is for the walls and the status. The status asks `near` (a Neighbourhood; by default that of the sites)
    whether labels are above noise, within `limits`. `ways` are `again` and `halves` of ferrotune.rewards.Segmentation.
    """
    walls = find_walls(label_raster(sites.raster, labels), SAMPLES_PER_CELL, seed)
    status = guards.status(labels, scores, near or sites.near, walls, seed, limits)
    segmentation = Segmentation(labels, walls, sites, scores, **ways)
    return Outcome(trial, labels, walls, score(segmentation, rewards), status, "", math.nan)


def _failed(trial, n_sites, rewards, error):
    reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}"
    labels, nothing = np.full(n_sites, -1, np.int8), dict.fromkeys(rewards, math.nan)
    return Outcome(trial, labels, NO_WALLS_AT_ALL, nothing, guards.FAILED, reason, math.nan)


def trained(pipeline, described, setting, seed, progress=iter, finished=None):
    """Checkpoint of the reduction that a trial trained, or None where it trains none."""
    reduction = pipeline.part("reduction")
    return reduction.train(described, setting, seed, progress, finished) if hasattr(reduction, "train") else None


def reduced_scores(pipeline, described, setting, known, checkpoint=None):
    """Scores (site, r) of a trial; `known` keeps those that later trials share, by their rank.

    Of a nested reduction the largest rank of the space is taken once: not of the batch, so that a trial's result
    does not hang on which others it is evaluated with. What was trained is the trial's own.
    """
    reduction, rank = pipeline.part("reduction"), setting.get("rank")
    if checkpoint is not None:
        return reduction.reduce_by(checkpoint, described, setting)
    most = pipeline.largest_rank if reduction.NESTED and rank is not None else rank
    if most not in known:
        known[most] = reduction.reduce(described, setting, most)
    return known[most][:, :rank]
