"""Evaluation of trials: from settings to labels, walls, rewards and a status."""

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
    """Result of a trial: labels (site,) int8 (-1 if it failed), walls, rewards by name, status, reason, seconds.

    checkpoint: arrays by name and attributes of a reduction that was trained, or None.
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
    """Seed of a trial: 31 bits that depend on the config's seed and on the trial's number only.

    It does not depend on the round or the batch. One more number gives the seed of a repetition of the trial.
    """
    return int(np.random.SeedSequence(seed, spawn_key=(trial, *repeat)).generate_state(1)[0] >> 1)


def evaluate_batch(trials, pipeline, described, sites, seed, rewards=None, halves=(), progress=None, finished=None):
    """Evaluate trials that share their descriptors, one by one.

    What the trials share, such as a nested reduction, is computed once.

    Parameters
    ----------
    trials : list of (trial number, setting); all of one `descriptor_key`
    pipeline : ferrotune.pipelines.pipeline.Pipeline
    described : the opened descriptors of these trials, see `ferrotune.descriptors`
    sites : ferrotune.sites.sites.Sites
    seed : int, the config's
    rewards : list of str, names of the rewards to compute; by default the cheap ones
    halves : the opened descriptors of the two half-dose images; empty where there are none
    progress : function of a trial's number that returns a wrapper for the epochs of a training, optional
    finished : trials of earlier rounds that have a checkpoint, as in `ferrotune.reductions`, optional

    Yields
    ------
    Outcome
        A trial that raises is an outcome too, with status "failed" and its reason.

    Examples
    --------
    Two domains are found in drawn descriptors, one number for each site. A real pipeline opens its
    descriptors from a store; here a small class has the one method that the reduction "none" needs.

    >>> from ferrotune.pipelines.pipeline import Pipeline
    >>> from ferrotune.pipelines.space import Space
    >>> from ferrotune.sites.sites import Sites
    >>> yx = 8.0 * (np.argwhere(np.ones((20, 20))) + 1)
    >>> sites = Sites.of(yx, np.ones((168, 168), bool), cell_px=8.0)
    >>> class Drawn:
    ...     def features(self, setting):
    ...         return (yx[:, 1:] > 80) + 0.1 * np.random.default_rng(0).normal(size=(len(yx), 1))
    >>> pipeline = Pipeline("cells", "none", "kmeans", Space({"components": (2,)}))
    >>> (outcome,) = evaluate_batch([(0, {"components": 2})], pipeline, Drawn(), sites, seed=1, rewards=["length"])
    >>> outcome.status, len(outcome.walls.paths), np.bincount(outcome.labels).tolist()
    ('ok', 1, [200, 200])
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
    """Neighbourhood for the guards: pairs further apart if the descriptors of neighbours share their noise."""
    return sites.near.apart if hasattr(described, "shared") and described.shared(setting) else sites.near


def _limits(pipeline, described):
    """Limits of the guards: those of the reduction, else those of the descriptor, else the common ones."""
    own = getattr(pipeline.part("reduction"), "LIMITS", None)
    return guards.Limits(**own) if own else getattr(described, "limits", guards.LIMITS)


def judge(trial, labels, scores, sites, seed, rewards, near=None, limits=guards.LIMITS, **ways):
    """Outcome of labels (site,) that were found from scores (site, r): walls, rewards by name, status.

    The seed is used for the walls and the status. The status tests with `near` (a Neighbourhood; by default that of
    the sites) and `limits` whether labels are above noise. `ways` are `again` and `halves` of
    ferrotune.rewards.Segmentation.
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
    """Scores (site, r) of a trial; `known` keeps the scores that later trials share, by their rank.

    A nested reduction is computed once, with the largest rank of the space. It is not the largest rank of the batch,
    so that the result of a trial does not depend on the other trials of the batch. A trained reduction belongs to
    its trial alone.
    """
    reduction, rank = pipeline.part("reduction"), setting.get("rank")
    if checkpoint is not None:
        return reduction.reduce_by(checkpoint, described, setting)
    most = pipeline.largest_rank if reduction.NESTED and rank is not None else rank
    if most not in known:
        known[most] = reduction.reduce(described, setting, most)
    return known[most][:, :rank]
