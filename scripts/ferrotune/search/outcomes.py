"""Outcome of a trial: from its labels to judged boundaries, walls, rewards and a status."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ferrotune.judge.explained import MeasuredField
from ferrotune.judge.judgement import judge
from ferrotune.judge.null_maps import MANY_MAPS, MAPS
from ferrotune.judge.undecided import UNDECIDED
from ferrotune.judge.variation import variation
from ferrotune.judge.wall_pieces import cut_walls
from ferrotune.judge.wall_verdicts import WallVerdicts, judge_walls, measure_walls, standing_walls
from ferrotune.rewards import Segmentation, score
from ferrotune.search.early_stopping import EarlierFront
from ferrotune.segmentation.labels import by_size
from ferrotune.segmentation.statuses import (
    FAILED,
    GIVEN_UP,
    MINORITY,
    MOSTLY_KNOWN,
    NO_WALL_STANDS,
    OK,
    ONE_CLUSTER,
    TRACED,
    VARIES_AT_ALL,
    Verdict,
    minority,
)
from ferrotune.sites.raster import SAMPLES_PER_CELL, label_raster
from ferrotune.walls import NO_WALLS_AT_ALL, Walls, find_walls

RATE = 0.05  # false discovery rate of walls, as in the default configuration
TESTS = 3  # of the judge, which share the rate: of whole boundaries, of all of them together, and of stretches


@dataclass(frozen=True)
class Judging:
    """How segmentations are judged.

    rate : float, false discovery rate of walls; None: walls are not judged (mode paper)
    thorough : bool, whether to use many null maps, and to measure the widths and jumps of walls
    polar : bool, whether the polarization judges them, where it was measured
    measured : MeasuredField, the polarization, which all trials of an image share; None where it was not measured
    null : list of ferrotune.judge.null_maps.Found, of null maps that were drawn before; None: each trial draws its own
    earlier : EarlierFront, behind which a trial that is trained must not fall; None: every training goes to its end
    """

    rate: float | None = RATE
    thorough: bool = False
    polar: bool = True
    measured: MeasuredField | None = None
    null: list | None = None
    earlier: EarlierFront | None = None

    @classmethod
    def of(cls, sites, rate, seed, thorough=False, earlier=None):
        """Judging of the segmentations of an image (Sites), with the seed of its null maps."""
        known = None if sites.polarization is None else MeasuredField(sites.grid, sites.polarization, seed)
        return cls(rate, thorough, measured=known, earlier=earlier)

    def compute_shared(self, clusters):
        """Compute what trials of up to some number of clusters share, if walls are judged by the polarization."""
        if self.rate is not None and self.measured is not None:
            self.measured.compute_shared(clusters)

    @property
    def rate_of_test(self):
        """False discovery rate of each of the judge's tests."""
        return self.rate / TESTS

    def share(self, sites):
        """Share of the sites (Sites) whose measured polarization judges."""
        return sites.known_share if self.polar else 0.0

    def field(self, sites):
        """The polarization (MeasuredField) where it judges the segmentations of sites (Sites), else None."""
        return self.measured if self.share(sites) >= MOSTLY_KNOWN else None


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
    known_share : float, share of the sites whose polarization was measured, and judges
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


def evaluated(trial, labels, scores, sites, seeds, rewards, of_scores, judging=None, ways=None):
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
    judging : Judging, optional, by default as in the search of the default configuration
    ways : dict, optional, `again`, `halves` and `loops` of ferrotune.rewards.Segmentation
    """
    seed, null_seed = seeds
    judging = judging or Judging.of(sites, RATE, null_seed)
    varies = variation(sites.grid, scores) if judging.measured is None else judging.measured.variation
    image = varies, judging.share(sites)
    verdict, judgement, changes = _one_cluster(labels), None, math.inf
    if verdict is None and judging.rate is not None:
        judgement, changes = _judged(labels, scores, sites, null_seed, of_scores, judging)
        labels = np.where(judgement.labels >= 0, _renumbered(judgement.labels), UNDECIDED).astype(np.int8)
        verdict = _one_cluster(labels)
    if verdict is not None:
        nothing, none = dict.fromkeys(rewards, math.nan), WallVerdicts.unjudged(0, stands=False)
        return Outcome(trial, labels, NO_WALLS_AT_ALL, none, nothing, verdict, *image)
    walls, verdicts = _walls(labels, scores, sites, seed, judgement, judging.thorough)
    standing = standing_walls(walls, verdicts)
    walls = replace(walls, segments=standing.segments)
    segmentation = Segmentation(labels, standing, sites, scores, judgement=judgement, **(ways or {}))
    verdict = _verdict(verdicts, judging, changes)
    return Outcome(trial, labels, walls, verdicts, score(segmentation, rewards), verdict, *image)


def _judged(labels, scores, sites, seed, of_scores, judging):
    """Judgement of labels, and how much the polarization changes over a few cells (inf where it does not judge)."""
    measured = judging.field(sites)
    maps = MANY_MAPS if judging.thorough else MAPS
    how = (judging.rate_of_test, maps, measured, judging.null)
    judgement = judge(sites.grid, labels, scores, of_scores, seed, *how)
    if measured is None:
        return judgement, math.inf
    changes = measured.changes
    if changes <= VARIES_AT_ALL:  # the polarization does not vary: what patches see is the scan, thickness or tilt
        judgement = replace(judgement, stands=np.zeros_like(judgement.stands))
    return judgement, changes


def _walls(labels, scores, sites, seed, judgement, measured):
    """Walls of labels, and their WallVerdicts, with widths and jumps if `measured`."""
    walls = find_walls(label_raster(sites.raster, labels), SAMPLES_PER_CELL, seed)
    if judgement is None:
        return walls, WallVerdicts.unjudged(len(walls.paths), stands=True)
    walls = cut_walls(walls, judgement)
    if measured:
        return walls, measure_walls(walls, judgement, scores, sites.polarization)
    return walls, judge_walls(walls, judgement)


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


def _verdict(verdicts, judging, changes):
    """Verdict of a segmentation by its walls (WallVerdicts), and by how much the polarization changes."""
    if changes <= VARIES_AT_ALL:
        return Verdict(NO_WALL_STANDS, "variation of the polarization over a few cells", changes, VARIES_AT_ALL)
    standing = np.count_nonzero(verdicts.stands)
    if judging.rate is None:
        return Verdict(OK if standing else NO_WALL_STANDS, TRACED, standing, 1)
    significance = verdicts.significance[verdicts.stands] if standing else verdicts.significance
    least = float(significance.min()) if len(significance) else 1.0
    status = OK if standing else NO_WALL_STANDS
    return Verdict(status, "probability of its best wall on a null map", least, judging.rate_of_test)


def failed(trial, n_sites, rewards, error):
    """Outcome of a trial that raised an error: no labels, no rewards, and the reason."""
    reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}"
    return _without_labels(trial, n_sites, rewards, FAILED, reason)


def given_up(trial, n_sites, rewards, when):
    """Outcome of a trial whose training was ended early: no labels, no rewards, and when it was (GivenUp)."""
    return _without_labels(trial, n_sites, rewards, GIVEN_UP, f"{when}, behind the front of the earlier rounds")


def _without_labels(trial, n_sites, rewards, status, reason):
    labels, nothing = np.full(n_sites, UNDECIDED, np.int8), dict.fromkeys(rewards, math.nan)
    none = WallVerdicts.unjudged(0, stands=False)
    return Outcome(trial, labels, NO_WALLS_AT_ALL, none, nothing, Verdict(status), reason=reason)
