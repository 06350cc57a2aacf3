"""Evaluation of trials: from settings to labels, walls, rewards and a status."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ferrotune.judge.judgement import judge
from ferrotune.judge.null_maps import MANY_MAPS, MAPS
from ferrotune.judge.outliers import damaged, outliers_at_borders
from ferrotune.judge.scan_rows import without_row_shifts
from ferrotune.judge.undecided import UNDECIDED
from ferrotune.judge.variation import variation
from ferrotune.judge.wall_pieces import cut_walls
from ferrotune.judge.wall_verdicts import WallVerdicts, judge_walls, measure_walls, standing_walls
from ferrotune.rewards import Segmentation, cheap, score
from ferrotune.segmentation.labels import Clusters, by_size
from ferrotune.segmentation.statuses import (
    FAILED,
    MINORITY,
    MOSTLY_KNOWN,
    NO_WALL_STANDS,
    OK,
    ONE_CLUSTER,
    VARIES,
    Verdict,
    minority,
)
from ferrotune.sites.raster import SAMPLES_PER_CELL, label_raster
from ferrotune.walls import NO_WALLS_AT_ALL, Walls, find_walls

RATE = 0.05  # false discovery rate of walls, as in the default configuration
CAUGHT = (ValueError, ArithmeticError, np.linalg.LinAlgError, MemoryError)  # of a trial that is then "failed"


@dataclass(frozen=True)
class Judging:
    """How segmentations are judged.

    rate : float, false discovery rate of walls; None: walls are not judged (mode paper)
    thorough : bool, whether to use many null maps, and to measure the widths and jumps of walls
    """

    rate: float | None = RATE
    thorough: bool = False


@dataclass(frozen=True)
class Outcome:
    """Result of a trial.

    Attributes
    ----------
    trial : int
    labels : (site,) int8, -1 where undecided, and throughout if the trial failed
    walls : Walls, all that were traced
    wall_verdicts : WallVerdicts, which of them stand, with their widths and jumps
    rewards : dict of str to float
    verdict : Verdict, the status and the test that decided it
    variation : float, how much the image varies over a few cells, see `ferrotune.judge.variation`
    known_share : float, share of the sites whose polarization was measured
    reason : str, the error of a trial that failed
    seconds : float
    checkpoint : arrays by name and attributes of a reduction that was trained, or None
    """

    trial: int
    labels: np.ndarray
    walls: Walls
    wall_verdicts: WallVerdicts
    rewards: Mapping[str, float]
    verdict: Verdict
    variation: float = math.nan
    known_share: float = 0.0
    reason: str = ""
    seconds: float = math.nan
    checkpoint: tuple | None = None

    @property
    def status(self):
        """Status of the trial, one of `ferrotune.segmentation.statuses`."""
        return self.verdict.status


def trial_seed(seed, trial, *repeat):
    """Seed of a trial: 31 bits that depend on the config's seed and on the trial's number only.

    It does not depend on the round or the batch. One more number gives the seed of a repetition of the trial.
    """
    return int(np.random.SeedSequence(seed, spawn_key=(trial, *repeat)).generate_state(1)[0] >> 1)


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
    judging=Judging(),
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
    judging : Judging
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
            scores = judged_scores(scores, sites, judging.rate)
            of_scores = Clusters(pipeline.part("clustering"), setting)
            labels_of = partial(labels_of_scores, scores, sites, of_scores, seed, trial)
            of_halves = None
            if halves:
                work = (pipeline, halves, setting, reduced[1:], sites, judging.rate, seed, trial)
                of_halves = partial(_half_labels, *work)
            ways = {"again": labels_of, "halves": of_halves}
            seeds = trial_seed(seed, trial), seed
            outcome = evaluated(trial, labels_of(), scores, sites, seeds, rewards, of_scores, judging, ways)
            outcome = replace(outcome, checkpoint=made)
        except CAUGHT as error:
            outcome = failed(trial, len(sites), rewards, error)
        yield replace(outcome, seconds=time.perf_counter() - start)


def judged_scores(scores, sites, rate):
    """Scores (site, r) without shifts of single scan rows; as they are where walls are not judged (mode paper)."""
    return scores if rate is None else without_row_shifts(sites.grid, scores, sites.yx[:, 0] / sites.cell_px)


def labels_of_scores(scores, sites, of_scores, seed, trial, *repeat):
    """Labels (site,) of a trial, or of a repetition of it under another seed; outliers have none."""
    labels = np.full(len(scores), UNDECIDED, np.int8)
    usable = ~(outliers_at_borders(sites.grid, scores) | damaged(sites.grid, sites.polarization))
    labels[usable] = of_scores(scores[usable], trial_seed(seed, trial, *repeat))
    return of_scores.on_grid(sites.grid, labels, scores)


def _half_labels(pipeline, halves, setting, reduced, sites, rate, seed, trial):
    """Labels (site,) of a trial's setting from each half-dose image, (list)."""
    labels, of_scores = [], Clusters(pipeline.part("clustering"), setting)
    for half, known in zip(halves, reduced, strict=True):
        made = trained(pipeline, half, setting, trial_seed(seed, trial))
        scores = judged_scores(reduced_scores(pipeline, half, setting, known, made), sites, rate)
        labels.append(labels_of_scores(scores, sites, of_scores, seed, trial))
    return labels


def evaluated(trial, labels, scores, sites, seeds, rewards, of_scores, judging=Judging(), ways=None):
    """Outcome of labels that were found from scores: judged boundaries, walls, rewards and the status.

    Parameters
    ----------
    trial : int
    labels : (site,) int, negative where there is none
    scores : (site, r) float
    sites : ferrotune.sites.sites.Sites
    seeds : (int, int), of the trial and of the null maps: trials on the same maps can be compared
    rewards : list of str
    of_scores : Clusters, the same setting, for null maps
    judging : Judging
    ways : dict, optional, `again` and `halves` of ferrotune.rewards.Segmentation
    """
    (seed, null_seed), rate, thorough = seeds, judging.rate, judging.thorough
    varies = variation(sites.grid, scores if sites.polarization is None else sites.polarization)
    verdict, judgement = _one_cluster(labels), None
    polarization = sites.polarization if sites.known_share >= MOSTLY_KNOWN else None
    changes = math.inf
    if verdict is None and rate is not None:
        maps = MANY_MAPS if thorough else MAPS
        if polarization is not None:
            changes = variation(sites.grid, polarization, keep_steps=True)
        judgement = judge(sites.grid, labels, scores, of_scores, null_seed, rate, maps, polarization)
        if changes <= VARIES:  # the polarization does not vary: what patches see is the scan, thickness or tilt
            judgement = replace(judgement, stands=np.zeros_like(judgement.stands))
        labels = np.where(judgement.labels >= 0, _renumbered(judgement.labels), UNDECIDED).astype(np.int8)
        verdict = _one_cluster(labels)
    if verdict is not None:
        nothing = dict.fromkeys(rewards, math.nan)
        none = WallVerdicts.unjudged(0, stands=False)
        return Outcome(trial, labels, NO_WALLS_AT_ALL, none, nothing, verdict, varies, sites.known_share)
    walls = find_walls(label_raster(sites.raster, labels), SAMPLES_PER_CELL, seed)
    if judgement is None:
        verdicts = WallVerdicts.unjudged(len(walls.paths), stands=True)
    else:
        walls = cut_walls(walls, judgement)
        measured = (scores, sites.polarization) if thorough else ()
        verdicts = (measure_walls if thorough else judge_walls)(walls, judgement, *measured)
    standing = standing_walls(walls, verdicts)
    walls = replace(walls, segments=standing.segments)
    segmentation = Segmentation(labels, standing, sites, scores, judgement=judgement, **(ways or {}))
    scored, verdict = score(segmentation, rewards), _verdict(verdicts, rate, changes)
    return Outcome(trial, labels, walls, verdicts, scored, verdict, varies, sites.known_share)


def _renumbered(labels):
    """Labels (site,) numbered by falling size; negative ones anyhow."""
    numbered = np.zeros(len(labels), np.int8)
    numbered[labels >= 0] = by_size(labels[labels >= 0])
    return numbered


def _one_cluster(labels):
    """Verdict of labels of which nearly all are the same; None for others."""
    share = minority(labels)
    if share > MINORITY:
        return None
    return Verdict(ONE_CLUSTER, "share of sites outside the largest cluster", share, MINORITY)


def _verdict(verdicts, rate, changes):
    """Verdict of a segmentation by its walls (WallVerdicts), and by how much the polarization changes."""
    if changes <= VARIES:
        return Verdict(NO_WALL_STANDS, "variation of the polarization over a few cells", changes, VARIES)
    standing = np.count_nonzero(verdicts.stands)
    if rate is None:
        return Verdict(OK if standing else NO_WALL_STANDS, "walls that were traced", standing, 1)
    significance = verdicts.significance[verdicts.stands] if standing else verdicts.significance
    least = float(significance.min()) if len(significance) else 1.0
    return Verdict(OK if standing else NO_WALL_STANDS, "probability of its best wall on a null map", least, rate)


def failed(trial, n_sites, rewards, error):
    """Outcome of a trial that raised an error: no labels, no rewards, and the reason."""
    reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}"
    labels, nothing = np.full(n_sites, UNDECIDED, np.int8), dict.fromkeys(rewards, math.nan)
    none = WallVerdicts.unjudged(0, stands=False)
    return Outcome(trial, labels, NO_WALLS_AT_ALL, none, nothing, Verdict(FAILED), reason=reason)


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
