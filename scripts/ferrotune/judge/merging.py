"""Clusters that are a wall and no variant: strips between two variants whose values lie between theirs."""

from operator import itemgetter

import numpy as np
from scipy.ndimage import distance_transform_edt

from ferrotune.judge.crossings import Crossings
from ferrotune.judge.profiles import steps_of
from ferrotune.segmentation.gaussian_classes import names_of

# Our choices.
THICKEST = 12.0  # cells; a thicker strip is a domain
BESIDE = 0.6  # share of the strip's boundaries that are with the two variants beside it
BETWEEN = (0.15, 0.85)  # where the strip's mean lies on the way from one variant to the other
ASIDE = 0.5  # of the distance of the two variants: how far the strip's mean may be off the straight way
FITS = 0.6  # width of the fitted wall over the thickness of the strip


def _thickness(grid, labels, k):
    """Largest thickness of cluster k, cells: twice the largest distance of its points from others with a label."""
    at = grid.gridded(labels, -1)
    inside = np.pad((at == k) | (at < 0), 1, mode="edge")
    own = np.pad(at == k, 1)
    return 2 * grid.step * float(distance_transform_edt(inside)[own].max(initial=0.0)) - grid.step


def _beside(boundaries, k):
    """The two clusters along which cluster k has most of its boundaries; None where others matter too."""
    ends = boundaries.label[boundaries.pair]
    touching = (ends == k).any(axis=1) & (ends[:, 0] != ends[:, 1])
    other = np.where(ends[:, 0] == k, ends[:, 1], ends[:, 0])[touching]
    total = np.bincount(other, boundaries.length[touching])
    order = np.argsort(-total, kind="stable")[:2]
    if len(order) < 2 or total[order].sum() < BESIDE * total.sum() or total[order[1]] < 0.2 * total.sum():
        return None
    return order


def _place(scores, labels, k, pair):
    """Where each site of cluster k lies on the way between two clusters; None if their mean does not lie between."""
    one, other = (scores[labels == j].mean(axis=0) for j in pair)
    way = other - one
    squared = (way**2).sum()
    mean = scores[labels == k].mean(axis=0) - one
    share = mean @ way / squared
    if not BETWEEN[0] < share < BETWEEN[1] or np.sqrt(((mean - share * way) ** 2).sum() / squared) > ASIDE:
        return None
    return (scores[labels == k] - one) @ way / squared


def _candidates(grid, crossings, scores):
    """Clusters that may be a wall, thin ones first: thickness, cluster, the two beside it, where its sites lie."""
    labels, found = crossings.labels, []
    for k in names_of(labels[labels >= 0])[0]:
        pair = _beside(crossings.boundaries, k)
        place = None if pair is None else _place(scores, labels, k, pair)
        thickness = np.inf if place is None else _thickness(grid, labels, k)
        if thickness <= THICKEST:
            found.append((thickness, k, pair, place))
    return sorted(found, key=itemgetter(0))


def _merged(grid, labels, scores, thickness, k, pair, place):
    """Crossings without cluster k, if it is the wall between two others; None if it is not."""
    merged = labels.copy()
    merged[labels == k] = np.where(place < 0.5, *pair)
    crossings = Crossings.of(grid, merged)
    ends = np.sort(crossings.boundaries.label[crossings.boundaries.pair], axis=1)
    between = (ends == np.sort(pair)).all(axis=1)
    if not between.any():
        return None
    own = crossings.of_boundaries(np.flatnonzero(between))
    width = np.average(steps_of(own.profiles(own.along(scores))).width, weights=own.boundaries.length)
    return crossings if width >= FITS * thickness else None


def crossings_of_variants(grid, labels, scores):
    """Crossings of the labels in which clusters that are a wall are divided between the variants beside them.

    Parameters
    ----------
    grid : SiteGrid
    labels : (site,) int, -1 undecided
    scores : (site, r) float

    Returns
    -------
    Crossings

    Notes
    -----
    A cluster is a wall if it is at most as thick as a wall everywhere, has its boundaries with two other clusters, has
    its mean between theirs, and the step that is fitted without it is about as wide as it is thick. Thin clusters
    are tried first, and again after each that is merged: a broad wall may be cut in several strips.
    """
    crossings = Crossings.of(grid, labels)
    while len(names_of(crossings.labels[crossings.labels >= 0])[0]) > 2:
        candidates = _candidates(grid, crossings, scores)
        tried = (_merged(grid, crossings.labels, scores, *candidate) for candidate in candidates)
        merged = next((found for found in tried if found is not None), None)
        if merged is None:
            break
        crossings = merged
    return crossings
