"""What one setting finds on null maps of the image's own measurements."""

from dataclasses import dataclass

import numpy as np

from ferrotune.judge.merging import crossings_of_variants
from ferrotune.judge.null_gains import mean_gain
from ferrotune.judge.profiles import gains
from ferrotune.judge.surrogates import Surrogates
from ferrotune.judge.undecided import decided_labels
from ferrotune.segmentation.gaussian_classes import log_densities, names_of

# Null maps of a trial, and of the selected one; ours: more make the numbers less noisy, and each costs a clustering.
MAPS, MANY_MAPS = 3, 30
# Points a side: where maps are few, the search asks only for means, and a window of a larger map has boundaries enough.
# Many maps are judged whole, as long walls are compared with long boundaries. Ours.
SIDE = 100
# Sites of a null map that are clustered, in the search and for many maps; the others take the most probable class.
# Evidence scatters no more between sets of null maps with 1000 than with 2000; it does in a smaller window. Ours.
CLUSTERED, MANY_CLUSTERED = 1000, 2000


@dataclass(frozen=True)
class Found:
    """Boundaries of one segmentation, measured or null.

    length, gain : (boundary,) float, cells and share of variance
    stretch_length, stretch_gain : (stretch,) float, the same of all stretches
    polar_gain, stretch_polar_gain : the gains in the polarization; empty where it was not measured
    mean_gain : (field,) float, averaged by length, times the share of decided sites
        Of the scores and, where it was measured, of the polarization.
    """

    length: np.ndarray
    gain: np.ndarray
    stretch_length: np.ndarray
    stretch_gain: np.ndarray
    polar_gain: np.ndarray
    stretch_polar_gain: np.ndarray
    mean_gain: np.ndarray


def gains_of(crossings, along):
    """Gain (boundary,) of each boundary of some crossings in what `Crossings.along` gives at their sites."""
    return gains(crossings.profiles(along)) if len(crossings.boundaries) else np.zeros(0)


def found_of(crossings, along):
    """What a segmentation (Crossings) shows (Found) in fields, by what `along` gives of each; the scores first."""
    length, labels = crossings.boundaries.length, crossings.labels
    stretches, _ = crossings.stretches(np.ones(len(length), bool))
    gain, *polar = (gains_of(crossings, of) for of in along)
    of_stretches, *of_polar = (gains_of(stretches, of) for of in along)
    means = (labels >= 0).mean() * np.array([mean_gain(length, of) for of in (gain, *polar)])
    none = [np.zeros(0)]
    both = ((polar or none)[0], (of_polar or none)[0])
    return Found(length, gain, stretches.boundaries.length, of_stretches, *both, means)


def _null_labels(scores, clusters, groups, seed, rng, clustered):
    """Labels (site,) of a null map; only some sites are clustered where there are many."""
    if len(scores) <= clustered:
        return clusters.of_null(scores.astype(float), seed, groups)
    some = np.sort(rng.permutation(len(scores))[:clustered])
    labels = np.asarray(clusters.of_null(scores[some].astype(float), seed, groups), int)
    return names_of(labels)[0][log_densities(scores, scores[some], labels, pooled=False).argmax(axis=1)]


def null_maps(grid, fields, clusters, seed, count=MAPS, groups=0):
    """What a setting finds on null maps.

    Parameters
    ----------
    grid : SiteGrid
    fields : list of (site, r) float
        The scores, which are clustered, and others that get the same phases.
    clusters : ferrotune.segmentation.labels.Clusters
    seed : int
    count : int
    groups : int
        That the setting found on the image, see `Clusters.of_null`.

    Yields
    ------
    Found
    """
    surrogates = Surrogates(grid, np.hstack(fields))
    few = count <= MAPS
    grid, shown = grid.window(SIDE) if few else (grid, slice(None))
    clustered = CLUSTERED if few else MANY_CLUSTERED
    ends = np.cumsum([field.shape[1] for field in fields])
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        drawn = np.split(surrogates.drawn(rng)[shown], ends[:-1], axis=1)
        labels = clusters.on_grid(grid, _null_labels(drawn[0], clusters, groups, seed, rng, clustered), drawn[0])
        # as in the image: strips that are merged would otherwise gain more than null maps, which kept theirs
        crossings = crossings_of_variants(grid, decided_labels(grid, labels, drawn[0]), drawn[0])
        yield found_of(crossings, [crossings.along(field) for field in drawn])
