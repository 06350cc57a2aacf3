"""Domains of a tetragonal film by the ratio of its column spacings, from published column positions alone.

An independent reference for PbTiO3: nothing of this package is used, only that columns stand in rows.
"""

import numpy as np
from scipy.spatial import cKDTree

NEIGHBOURS = 8  # among these are the four along the axes
CONE_DEG = 30.0  # a neighbour within this angle of an axis lies along it
SMOOTHING = 1.6  # spacings; a domain is wider, and the noise of one spacing is as large as the difference
THRESHOLD = 0.99  # between the two variants, at 0.90 to 0.94 and 1.04 to 1.08 in the image this is used for


def _spacing(yx, axis, neighbours):
    """Mean distance (n,) to the nearest columns on both sides along an axis: 0 is up and down, 1 across."""
    step = yx[neighbours] - yx[:, None]
    length = np.hypot(*np.moveaxis(step, -1, 0))
    along = step[..., axis]
    near = np.abs(along) > np.cos(np.radians(CONE_DEG)) * length
    sides = [np.where(near & (sign * along > 0), length, np.inf).min(axis=1) for sign in (-1, 1)]
    sides = np.where(np.isfinite(sides), sides, np.nan)
    known = np.isfinite(sides).any(axis=0)
    mean = np.full(len(yx), np.nan)
    mean[known] = np.nanmean(sides[:, known], axis=0)
    return mean


def spacing_ratio(yx):
    """Horizontal over vertical spacing (n,) of columns yx (n, 2) px, the median around each of them."""
    distance, neighbours = cKDTree(yx).query(yx, k=NEIGHBOURS + 1)
    ratio = _spacing(yx, 1, neighbours[:, 1:]) / _spacing(yx, 0, neighbours[:, 1:])
    around = cKDTree(yx).query_ball_point(yx, SMOOTHING * np.median(distance[:, 1]))
    return np.array([np.nanmedian(ratio[near]) if np.isfinite(ratio[near]).any() else np.nan for near in around])


def spacing_domains(yx):
    """Domain (n,) of each column: 1 where it is wider than high, 0 where not, -1 where unknown."""
    ratio = spacing_ratio(yx)
    return np.where(np.isnan(ratio), -1, ratio > THRESHOLD)
