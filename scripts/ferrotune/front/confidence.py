"""Confidence in a segmentation: how many trials near the front find the same domains and walls."""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.sites.raster import SAMPLES_PER_CELL

# A wall one column away is the same wall. Half a sample is added, so that rounding does not decide.
SAME_WALL = 1.0 + 0.5 / SAMPLES_PER_CELL  # cells
AREA_POINTS = 2000  # evenly chosen sites that represent the area when chance is measured


def _contingency(label, others):
    """Number of sites with each (trial, selected label, label of the trial), without negative labels."""
    of_one, of_other = label.max(initial=-1) + 1, others.max(initial=-1) + 1
    pair = (np.arange(len(others))[:, None] * of_one + label) * of_other + others
    known = (label >= 0) & (others >= 0)
    counts = np.bincount(pair[known], minlength=len(others) * of_one * of_other)
    return counts.reshape(len(others), of_one, of_other)


def _partners(shared):
    """Label of each trial that each selected label is matched with, (trial, label); -2, which no site has, if none."""
    from scipy.optimize import linear_sum_assignment  # here, as most jobs that load this module do not need it

    partners = np.full(shared.shape[:2], -2)
    for of_trial, counts in zip(partners, shared, strict=True):
        row, column = linear_sum_assignment(counts, maximize=True)
        of_trial[row] = column
    return partners


def _reached(points, path):
    """Which points are near a wall with the points `path` (n, 2), cells."""
    if not len(path) or not len(points):
        return np.zeros(len(points), dtype=bool)
    return np.isfinite(cKDTree(path).query(points, distance_upper_bound=SAME_WALL)[0])


def site_confidence(label, others):
    """Confidence in the label of each site: the share of trials that agree with it.

    Parameters
    ----------
    label : (site,) int
        The selected segmentation; negative means no label.
    others : (trial, site) int
        Segmentations to compare it with.

    Returns
    -------
    confidence : (site,) float32
        0 ... 1; NaN for sites without a label, and for all sites if there is no other trial.
    chance : float
        The mean if the domains of every trial kept their sizes but lay anywhere; NaN without trials.

    Notes
    -----
    Labels are matched one to one so that most sites agree (Hungarian assignment of each trial's contingency
    table). A label without a partner agrees nowhere. If a trial splits a domain of the selected segmentation in two,
    only the sites of one part are confirmed: the trial has one more variant, and this is a disagreement.
    """
    label, others = np.asarray(label, int), np.asarray(others, int)
    known = label >= 0
    if not len(others) or not known.any():
        return np.full(len(label), np.nan, np.float32), float("nan")
    shared = _contingency(label, others)
    partners = _partners(shared)
    confidence = np.where(known, (others == partners[:, label]).mean(axis=0), np.nan)
    sizes = np.concatenate([shared.sum(axis=1), np.zeros((len(others), 2))], axis=1)  # -2 finds nothing
    matched = np.take_along_axis(sizes, partners, axis=1) / known.sum()
    chance = (matched * np.bincount(label[known], minlength=shared.shape[1]) / known.sum()).sum(axis=1).mean()
    return confidence.astype(np.float32), float(chance)


def wall_confidence(points, wall, paths, sites):
    """Confidence in each wall, and in each of its points: the share of trials with a wall within one cell.

    Parameters
    ----------
    points : (point, 2) float
        Points of the selected segmentation's walls, evenly spaced along each, cells.
    wall : (point,) int
        The wall of each point.
    paths : list of (m, 2) float
        Points of all walls of each other trial, cells.
    sites : (site, 2) float
        Positions where a wall could be, cells.

    Returns
    -------
    of_point : (point,) float32
        0 ... 1; NaN if there is no other trial.
    of_wall : (wall,) float32
        Mean over the points of each wall, in the order of the walls' numbers.
    chance : float
        Share of the sites within one cell of a wall, mean over the trials: the confidence of a wall that is drawn
        anywhere. NaN without trials.

    Notes
    -----
    These are the walls from which the trial's rewards were computed. Every border between labels would be too many:
    a single stray site would then confirm a wall on which it lies by chance.
    """
    _, at = np.unique(wall, return_inverse=True)
    if not paths:
        nothing = np.full(len(points), np.nan, np.float32)
        return nothing, np.full(at.max(initial=-1) + 1, np.nan, np.float32), float("nan")
    area = sites[:: max(1, len(sites) // AREA_POINTS)]
    of_point = np.mean([_reached(points, path) for path in paths], axis=0)
    chance = np.mean([_reached(area, path) for path in paths])
    of_wall = np.bincount(at, of_point) / np.bincount(at)
    return of_point.astype(np.float32), of_wall.astype(np.float32), float(chance)
