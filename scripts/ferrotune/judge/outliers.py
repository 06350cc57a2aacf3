"""Sites whose values are unlike those around them: beside holes and borders, and in damaged regions."""

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter, gaussian_filter1d, uniform_filter
from scipy.stats import median_abs_deviation

from ferrotune.judge.medians import quick_deviation

# Our choices.
OUTLYING = 6.0  # robust standard deviations, root mean square over the components
BESIDE = 2  # points of the grid from a hole or the border
INSIDE = 3.0  # cells
AROUND = 5  # points
SHARE = 0.4  # of the points around a site are unlike their neighbours: the film is damaged there
TOGETHER = 64  # components that are smoothed at a time: raw patches have thousands


def _off_inside(grid, values, inside, weight, sigma):
    """Values (site, c) at the points, minus the mean of those inside around each, (c, point).

    The Gaussian mean is computed by matrices: faster than sums along each line.
    """
    field = np.ascontiguousarray(values.T).take(grid.site.ravel(), axis=1).reshape(-1, *grid.site.shape)
    field[:, ~grid.known] = 0.0
    down, across = (gaussian_filter1d(np.eye(n, dtype=field.dtype), sigma, mode="constant") for n in inside.shape)
    field -= down @ (field * inside) @ across.T / np.maximum(weight, 1e-6).astype(field.dtype)
    return field.reshape(len(field), -1)


def _beside(known):
    """Points beside a hole or the border, (row, column) bool."""
    open_space = np.pad(~known, 1, constant_values=True)
    return binary_dilation(open_space, np.ones((3, 3), bool), iterations=BESIDE)[1:-1, 1:-1]


def outliers_at_borders(grid, values):
    """Sites beside holes and borders whose values are unlike those of the film.

    Parameters
    ----------
    grid : SiteGrid
    values : (site, c) float, descriptors or polarization, finite

    Returns
    -------
    (site,) bool

    Notes
    -----
    The distance is taken from the mean of the sites further inside, weighted by a Gaussian of INSIDE cells. Its unit is
    the median absolute deviation of the same distance of those sites, for each component. So a domain that reaches
    the border keeps its sites there.
    """
    near = _beside(grid.known)
    inside = grid.known & ~near
    if not inside.any():
        return np.zeros(len(values), bool)
    values = values if values.dtype == np.float32 else np.asarray(values, float)  # raw patches stay as they are
    sigma = INSIDE / grid.step
    weight = gaussian_filter(inside.astype(float), sigma, mode="constant")
    tested = near & (weight > 1e-6)
    among, rim = np.flatnonzero(inside), np.flatnonzero(tested)
    squared = np.zeros(len(rim))
    for first in range(0, values.shape[1], TOGETHER):
        off = _off_inside(grid, values[:, first : first + TOGETHER], inside, weight, sigma)
        deviation = quick_deviation(off.take(among, axis=1))
        squared += ((off.take(rim, axis=1) / np.where(deviation > 0, deviation, np.inf)) ** 2).sum(axis=0)
    far = np.zeros(grid.known.shape, bool)
    far[tested] = np.sqrt(squared / values.shape[1]) > OUTLYING
    return grid.at_sites(far)


def _unlike_neighbours(field, known):
    """Robust distance of each point from that of its four neighbours which is second nearest in value."""
    found = np.full((4, *known.shape), np.inf)
    for axis in (0, 1):
        values, given = np.moveaxis(field, axis, 0), np.moveaxis(known, axis, 0)
        off, both = np.diff(values, axis=0), given[1:] & given[:-1]
        deviation = median_abs_deviation(off[both], axis=0, scale="normal") if both.any() else np.ones(1)
        distance = np.sqrt(((off / np.where(deviation > 0, deviation, np.inf)) ** 2).mean(axis=-1))
        distance[~both] = np.inf
        ahead, behind = (np.moveaxis(found[2 * axis + k], axis, 0) for k in (0, 1))
        ahead[:-1], behind[1:] = distance, distance
    second = np.sort(found, axis=0)[1]
    return np.where(np.isfinite(second), second, 0.0)


def damaged(grid, polarization):
    """Sites in damaged regions: most of those around have a polarization unlike that of their neighbours.

    Parameters
    ----------
    grid : SiteGrid
    polarization : (site, 2) float; NaN where it is unknown

    Returns
    -------
    (site,) bool

    Notes
    -----
    A site is unlike its neighbours if at most one of the four is near in value; along a wall, two are. The unit is the
    median absolute deviation of the differences of all neighbours.
    """
    known = grid.known & np.isfinite(grid.gridded(polarization, np.nan)).all(axis=-1)
    far = known & (_unlike_neighbours(grid.gridded(np.nan_to_num(polarization), 0.0), known) > OUTLYING)
    count = uniform_filter(known.astype(float), AROUND, mode="constant")
    around = uniform_filter(far.astype(float), AROUND, mode="constant") / np.maximum(count, 1e-9)
    return grid.at_sites(around > SHARE)
