"""One segmentation, judged boundary by boundary."""

from dataclasses import dataclass

import numpy as np

from ferrotune.judge.crossings import Crossings
from ferrotune.judge.explained import MeasuredField, label_evidence
from ferrotune.judge.merging import crossings_of_variants
from ferrotune.judge.null_maps import MAPS, found_of, gains_of, null_maps
from ferrotune.judge.significance import in_fields, rate_on_null_maps, standing, together, whole_boundaries
from ferrotune.judge.undecided import decided_labels

COMPONENTS = 32  # of the descriptors that are judged; raw patches have hundreds, and each null map is clustered. Ours


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
        Mean gain of the boundaries less that on null maps, times the square of the share of decided sites. Where a
        polarization was measured, the smaller one of the descriptor and the polarization.
    explained : float
        What the labels explain of the polarization where it was measured, else of the descriptor, see
        `ferrotune.judge.explained`.
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


def _filled(values, taken):
    """Values (site, c) with the mean at sites that are unknown, or not taken (site,) bool."""
    known = np.isfinite(values).all(axis=1) & taken
    return np.where(known[:, None], values, values[known].mean(axis=0))


def _leading(scores):
    """Scores (site, r) on their first COMPONENTS principal components, where there are more: raw patches."""
    if scores.shape[1] <= COMPONENTS:
        return scores
    vectors = np.linalg.eigh(np.cov(scores.T))[1][:, : -COMPONENTS - 1 : -1]
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(COMPONENTS)])
    return (scores - scores.mean(axis=0, dtype=float)) @ vectors


def _with_stretches(crossings, along, null, p, stands, rate):
    """Boundaries that do not stand in stretches, judged one by one: noise in one part may hide a wall in another.

    along : list of what `Crossings.along` gives of the scores, and of the polarization where it was measured

    Returns crossings, gain (boundary,), p (boundary,), stands (boundary,).
    """
    crossings, parent = crossings.stretches(~stands)
    length, whole = crossings.boundaries.length, stands[parent]
    gains = [gains_of(crossings, of) for of in along]
    p = np.where(whole, p[parent], together(in_fields(length, gains, null, "stretch_")))
    stands = whole.copy()
    stands[~whole] = standing(p[~whole], length[~whole], rate)
    return crossings, gains[0], p, stands


def judged_fields(labels, scores, measured=None):
    """Fields (list of (site, r) float) whose boundaries are judged, and of which null maps are drawn.

    Parameters
    ----------
    labels : (site,) int, negative for sites that were not clustered
    scores : (site, r) float
    measured : ferrotune.judge.explained.MeasuredField, optional

    Returns
    -------
    list of (site, r) float
        The scores (raw patches on their leading components) and, where it was measured, the polarization; unknown
        values and those that were not clustered are replaced by the mean.
    """
    fields = [_leading(scores)] if measured is None else [_leading(scores), measured.values]
    return [_filled(field, labels >= 0) for field in fields]


def judge(grid, labels, scores, clusters, seed, rate, maps=MAPS, measured=None, null=None):
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
        False discovery rate of each of three tests: of whole boundaries, of all of them together, and of stretches.
    maps : int
        Number of null maps.
    measured : ferrotune.judge.explained.MeasuredField, optional
        The polarization, where it was measured. A wall must then be visible in it, too.
    null : list of ferrotune.judge.null_maps.Found, optional
        What the same setting finds on null maps of this image, where they were drawn before. By default they are drawn.

    Returns
    -------
    Judgement
    """
    scores = _leading(scores)
    fields = judged_fields(labels, scores, measured)
    crossings = crossings_of_variants(grid, decided_labels(grid, labels, scores), scores)
    decided = crossings.labels
    along = [crossings.along(field) for field in fields]
    found = found_of(crossings, along)
    groups = len(np.unique(labels[labels >= 0]))
    null = list(null_maps(grid, fields, clusters, seed, maps, groups)) if null is None else null
    rate = rate_on_null_maps(null, rate)
    p, stands = whole_boundaries(found, null, rate)
    crossings, gain, p, stands = _with_stretches(crossings, along, null, p, stands, rate)
    # a setting that leaves much undecided is worth less, also where the rest is clear
    worth = (decided >= 0).mean() ** 2
    evidence = worth * (found.mean_gain - np.mean([of.mean_gain for of in null], axis=0)).min()
    explained = label_evidence(measured or MeasuredField(grid, scores, seed), decided)
    return Judgement(crossings, gain, p, stands, float(evidence), explained)
