"""One segmentation, judged boundary by boundary."""

from dataclasses import dataclass

import numpy as np

from ferrotune.judge.crossings import Crossings
from ferrotune.judge.merging import without_wall_clusters
from ferrotune.judge.null_gains import discoveries, p_values
from ferrotune.judge.null_maps import MAPS, found_of, null_maps
from ferrotune.judge.undecided import decided_labels

LEAST_WALL = 8.0  # cells; shorter boundaries do not count as walls. Ours, as long as the shortest traced wall


@dataclass(frozen=True)
class Judgement:
    """What the judge finds of one segmentation.

    Attributes
    ----------
    crossings : Crossings
        With the labels (site,) that are left, -1 where undecided, and the boundaries.
    gain, significance : (boundary,) float
        Share of variance that the step explains, and its probability on null maps.
    stands : (boundary,) bool
    evidence : float
        Mean gain of the boundaries less that on null maps.
    explained : float
        Share of the variance that the labels explain less that on null maps.
    """

    crossings: Crossings
    gain: np.ndarray
    significance: np.ndarray
    stands: np.ndarray
    evidence: float
    explained: float

    @property
    def labels(self):
        """Labels (site,) int, -1 where undecided."""
        return self.crossings.labels


def judge(grid, labels, scores, clusters, seed, rate, maps=MAPS):
    """Judge the labels of a segmentation boundary by boundary.

    Parameters
    ----------
    grid : SiteGrid
    labels : (site,) int, negative for sites that were not clustered
    scores : (site, r) float
        The descriptors that were clustered.
    clusters : ferrotune.segmentation.labels.Clusters
        The same setting, for null maps.
    seed : int
    rate : float
        False discovery rate of walls in one segmentation.
    maps : int
        Number of null maps.

    Returns
    -------
    Judgement
    """
    decided = decided_labels(grid, labels, scores)
    if len(np.unique(decided[decided >= 0])) > 2:
        decided = without_wall_clusters(grid, decided, scores)
    crossings = Crossings.of(grid, decided)
    found, null = found_of(crossings, scores), null_maps(grid, scores, clusters, seed, maps)
    lengths, null_gains = (np.concatenate([getattr(of, name) for of in null]) for name in ("length", "gain"))
    p, long = np.ones(len(found.gain)), found.length >= LEAST_WALL
    taken = lengths >= LEAST_WALL / 2
    p[long] = p_values(found.length[long], found.gain[long], lengths[taken], null_gains[taken])
    stands = np.zeros(len(p), bool)
    stands[long] = discoveries(p[long], found.length[long], rate)
    evidence = found.mean_gain - np.mean([of.mean_gain for of in null])
    explained = found.explained - np.mean([of.explained for of in null])
    return Judgement(crossings, found.gain, p, stands, float(evidence), float(explained))
