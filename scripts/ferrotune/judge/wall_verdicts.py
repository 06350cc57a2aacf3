"""Walls of a segmentation with the verdicts of the boundaries that they follow."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.judge.profiles import jumps, steps_of

LEAST_KNOWN = 0.5  # share of the sites whose polarization must be known for widths to be those of the polarization


@dataclass(frozen=True)
class WallVerdicts:
    """Verdict of each wall, arrays (wall,).

    Attributes
    ----------
    stands : bool
        Whether most of the wall follows boundaries that stand.
    width, width_error : float
        Full width of the step and its standard error, cells; of the polarization where it was measured, else of the
        descriptor.
    jump : float
        Step of the descriptor across the wall: 1 for the difference of the two clusters.
    jump_px : float
        Length of the step of the polarization across the wall, px; NaN where it was not measured.
    significance : float
        Probability of such a boundary on null maps.
    """

    stands: np.ndarray
    width: np.ndarray
    width_error: np.ndarray
    jump: np.ndarray
    jump_px: np.ndarray
    significance: np.ndarray

    @classmethod
    def unjudged(cls, count, stands):
        """Verdicts of walls that were not judged."""
        return cls(np.full(count, stands), *np.full((5, count), np.nan))


def _followed(walls, judgement):
    """For each wall, whether most of it stands, and the boundary that it follows longest (a standing one if so)."""
    boundaries = judgement.crossings.boundaries
    stands, main = np.zeros(len(walls.paths), bool), np.zeros(len(walls.paths), int)
    for k, path in enumerate(walls.paths):
        of_point = boundaries.nearest(path)
        standing = judgement.stands[of_point]
        stands[k] = 2 * standing.sum() >= len(path) and standing.any()
        main[k] = np.bincount(of_point[standing] if stands[k] else of_point).argmax()
    return stands, main


def _of_polarization(crossings, polarization):
    """Crossings at the sites of known polarization, with it (n, 2), and its part (n,) along each boundary's change."""
    known = np.isfinite(polarization[crossings.site]).all(axis=1)
    near = crossings.taken(known)
    values = polarization[near.site]
    side, count = np.sign(near.distance), len(near.boundaries)
    # the mean of what lies beyond the boundary less that of what lies before it
    sites = [np.maximum(np.bincount(near.boundary[side == sign], minlength=count), 1) for sign in (-1, 1)]
    weight = np.where(side > 0, 1 / sites[1][near.boundary], -1 / sites[0][near.boundary])
    change = np.stack([np.bincount(near.boundary, weight * component, count) for component in values.T], axis=1)
    change /= np.maximum(np.hypot(*change.T), 1e-12)[:, None]
    return near, values, (values * change[near.boundary]).sum(axis=1)


def judge_walls(walls, judgement):
    """Which walls of a judged segmentation stand, with their significance; widths and jumps are left open.

    Parameters
    ----------
    walls : ferrotune.walls.Walls, lengths in cells from the image's first pixel
    judgement : Judgement

    Returns
    -------
    WallVerdicts
    """
    found = WallVerdicts.unjudged(len(walls.paths), stands=False)
    if not walls.paths or not len(judgement.crossings.boundaries):
        return found
    stands, main = _followed(walls, judgement)
    return replace(found, stands=stands, significance=judgement.significance[main])


def measure_walls(walls, judgement, scores, polarization):
    """Verdict of each wall of a judged segmentation, with its width and jump.

    Parameters
    ----------
    walls, judgement : as in `judge_walls`
    scores : (site, r) float
    polarization : (site, 2) px or None

    Returns
    -------
    WallVerdicts
    """
    found = judge_walls(walls, judgement)
    if not walls.paths or not len(judgement.crossings.boundaries):
        return found
    numbers, main = np.unique(_followed(walls, judgement)[1], return_inverse=True)
    only = judgement.crossings.of_boundaries(numbers)
    profiles = only.profiles(only.along(scores))
    steps = steps_of(profiles)
    jump, jump_px = jumps(profiles, steps), np.full(len(only.boundaries), np.nan)
    if polarization is not None and np.isfinite(polarization[only.site]).all(axis=1).mean() >= LEAST_KNOWN:
        near, values, along = _of_polarization(only, polarization)
        steps = steps_of(near.profiles(along))
        jump_px = np.hypot(*(jumps(near.profiles(component), steps) for component in values.T))
    widths = {"width": steps.width[main], "width_error": steps.width_error[main]}
    return replace(found, **widths, jump=jump[main], jump_px=jump_px[main])


def standing_walls(walls, verdicts):
    """The walls that stand, with their segments: ferrotune.walls.Walls."""
    kept = np.flatnonzero(verdicts.stands)
    if len(kept) == len(walls.paths):
        return walls
    segments = walls.segments[:0]
    if len(kept) and len(walls.segments):
        count = [len(path) for path in walls.paths]
        of_point = np.repeat(np.arange(len(count)), count)
        nearest = cKDTree(np.concatenate(walls.paths)).query(walls.segments.mean(axis=1))[1]
        segments = walls.segments[verdicts.stands[of_point[nearest]]]
    parts = ([of[k] for k in kept] for of in (walls.paths, walls.closed, walls.curvature))
    return type(walls)(segments, *parts)
