"""Evaluation of trials: from settings to labels, and to their outcomes."""

import time
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ferrotune.errors import DamagedStore, GivenUp
from ferrotune.judge.outliers import outliers_at_borders
from ferrotune.judge.scan_rows import without_row_shifts
from ferrotune.judge.undecided import UNDECIDED
from ferrotune.loops.generated import GeneratedLoops, linear_generator
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.rewards import cheap
from ferrotune.search.outcomes import RATE, Judging, evaluated, failed, given_up
from ferrotune.segmentation.labels import Clusters
from ferrotune.sites.sites import Sites

CAUGHT = (ValueError, ArithmeticError, np.linalg.LinAlgError, MemoryError)  # of a trial that is then "failed"


def trial_seed(seed, trial, *repeat):
    """Seed of a trial: 31 bits that depend on the config's seed and on the trial's number only.

    It does not depend on the round or the batch. One more number gives the seed of a repetition of the trial.
    """
    return int(np.random.SeedSequence(seed, spawn_key=(trial, *repeat)).generate_state(1)[0] >> 1)


def model_seed(pipeline, seed, trial, *repeat):
    """Seed of the training of a trial; where trials share models (`SHARED`), it does not depend on the trial."""
    return trial_seed(seed, 0 if getattr(pipeline.part("reduction"), "SHARED", False) else trial, *repeat)


def evaluate_batch(
    trials,
    pipeline,
    described,
    sites,
    seed,
    rewards=None,
    halves=(),
    progress=None,
    finished=None,
    judging=None,
):
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
    judging : Judging, optional, by default as in the search of the default configuration
    finished : trials of earlier rounds that have a checkpoint, as in `ferrotune.reductions`, optional

    Yields
    ------
    Outcome
        A trial that raises is an outcome too, with status "failed" and its reason; so is one whose training was given
        up (`Judging.earlier`). A damaged store is no outcome of a trial and is raised.

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
    judging = replace(judging or Judging.of(sites, RATE, seed), polar=pipeline.part("descriptor").POLAR)
    reduced = tuple({} for _ in (described, *halves))
    batch = _Batch(
        pipeline, described, sites, seed, cheap() if rewards is None else rewards, tuple(halves), judging, reduced
    )
    for trial, setting in trials:
        start = time.perf_counter()
        try:
            epochs = progress(trial) if progress else iter
            watch = batch.watch(trial, setting)
            made = trained(pipeline, described, setting, model_seed(pipeline, seed, trial), epochs, finished, watch)
            outcome = replace(batch.outcome(trial, setting, made), checkpoint=made)
        except GivenUp as when:
            outcome = given_up(trial, len(sites), batch.rewards, when)
        except DamagedStore:
            raise
        except CAUGHT as error:
            outcome = failed(trial, len(sites), batch.rewards, error)
        yield replace(outcome, seconds=time.perf_counter() - start)


@dataclass(frozen=True)
class _Batch:
    """What trials that share their descriptors have in common, as `evaluate_batch` is given it.

    `reduced` (dict for the image and for each half) keeps the scores that several trials share.
    """

    pipeline: Pipeline
    described: object
    sites: Sites
    seed: int
    rewards: list
    halves: tuple
    judging: Judging
    reduced: tuple

    def outcome(self, trial, setting, checkpoint):
        """Outcome of a trial, by the checkpoint of its training or None."""
        pipeline, sites, seed, measured = self.pipeline, self.sites, self.seed, self.judging.measured
        cleaned = partial(judged_scores, sites=sites, rate=self.judging.rate)
        scores = reduced_scores(pipeline, self.described, setting, self.reduced[0], checkpoint, cleaned)
        of_scores = Clusters(pipeline.part("clustering"), setting)
        labels_of = partial(labels_of_scores, scores, sites, of_scores, seed, trial, measured=measured)
        of_halves = None
        if self.halves:
            work = (pipeline, self.halves, setting, self.reduced[1:], sites, cleaned, seed, trial, measured)
            of_halves = partial(_half_labels, *work)
        ways = {"again": labels_of, "halves": of_halves, "loops": self._loops(trial, setting, checkpoint, scores)}
        seeds = trial_seed(seed, trial), seed
        return evaluated(trial, labels_of(), scores, sites, seeds, self.rewards, of_scores, self.judging, ways)

    def _loops(self, trial, setting, checkpoint, scores):
        """GeneratedLoops of a trial's scores; None where the sites have no loops."""
        pipeline, described = self.pipeline, self.described

        def again(n):
            made = trained(pipeline, described, setting, model_seed(pipeline, self.seed, trial, n))
            return pipeline.part("reduction").reduce_by(made, described, setting)

        return generated_loops(pipeline, described, setting, scores, checkpoint, again)

    def watch(self, trial, setting):
        """Function that says while a trial is trained whether it is given up; None where no trial is."""
        earlier = self.judging.earlier
        if earlier is None or not trains_model(self.pipeline):
            return None
        looks = earlier.looks(self.pipeline.part("reduction").complete(setting)["epochs"])

        def falls_behind(done, checkpoint_so_far):
            if done not in looks:
                return False
            rewards = replace(self, rewards=list(earlier.objectives), halves=())
            return earlier.dominates(rewards.outcome(trial, setting, checkpoint_so_far()).rewards)

        return falls_behind


def generated_loops(pipeline, described, setting, scores, checkpoint=None, again=None):
    """Loops that the scores of a trial generate.

    Parameters
    ----------
    pipeline : Pipeline
    described : the opened descriptors
    setting : dict
    scores : (site, r) float
    checkpoint : of a trial that was trained; the others generate loops by the linear map that fits best
    again : function of int that gives the scores of another training, optional

    Returns
    -------
    GeneratedLoops
        None where the sites have no loops, or where a model generates slopes (the form `derivative`).
    """
    if not hasattr(described, "loops"):
        return None
    form = setting.get("form")
    real = described.loops(setting if form == "normalised" else setting | {"form": "raw"})
    if checkpoint is None:
        return GeneratedLoops(described.axis, real, scores, linear_generator(scores, real))
    if form == "derivative":
        return None
    generate = pipeline.part("reduction").generate_by(checkpoint, described, setting)
    return GeneratedLoops(described.axis, real, scores, generate, again)


def judged_scores(scores, sites, rate):
    """Scores (site, r) without shifts of single scan rows; as they are where walls are not judged (mode paper)."""
    return scores if rate is None else without_row_shifts(sites.grid, scores, sites.yx[:, 0] / sites.cell_px)


def labels_of_scores(scores, sites, of_scores, seed, trial, *repeat, measured=None):
    """Labels (site,) of a trial, or of a repetition of it under another seed.

    Outliers, and sites of damaged regions of the polarization (MeasuredField) have none.
    """
    labels = np.full(len(scores), UNDECIDED, np.int8)
    usable = ~outliers_at_borders(sites.grid, scores)
    if measured is not None:
        usable &= ~measured.damaged
    labels[usable] = of_scores(scores[usable], trial_seed(seed, trial, *repeat))
    return of_scores.on_grid(sites.grid, labels, scores)


def _half_labels(pipeline, halves, setting, reduced, sites, cleaned, seed, trial, measured):
    """Labels (site,) of a trial's setting from each half-dose image, (list)."""
    labels, of_scores = [], Clusters(pipeline.part("clustering"), setting)
    for half, known in zip(halves, reduced, strict=True):
        made = trained(pipeline, half, setting, model_seed(pipeline, seed, trial))
        scores = reduced_scores(pipeline, half, setting, known, made, cleaned)
        labels.append(labels_of_scores(scores, sites, of_scores, seed, trial, measured=measured))
    return labels


def trains_model(pipeline):
    """Whether the trials of a Pipeline train a model."""
    return hasattr(pipeline.part("reduction"), "train")


def trained(pipeline, described, setting, seed, progress=iter, finished=None, watch=None):
    """Checkpoint of the reduction that a trial trained, or None where it trains none."""
    if not trains_model(pipeline):
        return None
    return pipeline.part("reduction").train(described, setting, seed, progress, finished, watch)


def reduced_scores(pipeline, described, setting, known, checkpoint=None, cleaned=lambda scores: scores):
    """Scores (site, r) of a trial, as `cleaned` leaves each; `known` keeps those that later trials share.

    A nested reduction is computed once, with the largest rank of the space. It is not the largest rank of the batch,
    so that the result of a trial does not depend on the other trials of the batch. Its components are cleaned one by
    one, and only those that a trial needs. The scores of a trained one are the trial's own.
    """
    reduction, rank = pipeline.part("reduction"), setting.get("rank")
    if checkpoint is not None:
        return cleaned(reduction.reduce_by(checkpoint, described, setting))
    most = pipeline.largest_rank if reduction.NESTED and rank is not None else rank
    if most not in known:
        scores = reduction.reduce(described, setting, most)
        known[most] = scores, scores[:, :0]
    scores, clean = known[most]
    needed = scores.shape[1] if rank is None else min(rank, scores.shape[1])
    if clean.shape[1] < needed:
        clean = np.hstack([clean, cleaned(scores[:, clean.shape[1] : needed])])
        known[most] = scores, clean
    return np.ascontiguousarray(clean[:, :needed])  # laid out alike, whatever the other trials needed
