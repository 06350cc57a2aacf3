"""Sites whose values are unlike those around them: beside holes and borders, and in damaged regions."""

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter, median_filter, uniform_filter
from scipy.stats import median_abs_deviation

# Our choices.
OUTLYING = 6.0  # robust standard deviations, root mean square over the components
BESIDE = 2  # points of the grid from a hole or the border
INSIDE = 3.0  # cells
AROUND, SHARE = 5, 0.35  # points; where so many of those around are outliers, the site is in a damaged region


def _far(off, among):
    """Whether each point is far off (row, column) bool, by the deviation of some points; off (row, column, c)."""
    deviation = median_abs_deviation(off[among], axis=0, scale="normal")
    return np.sqrt(((off / np.where(deviation > 0, deviation, np.inf)) ** 2).mean(axis=-1)) > OUTLYING


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
    sigma = INSIDE / grid.step
    weight = gaussian_filter(inside.astype(float), sigma, mode="constant")
    field = grid.gridded(values, 0.0)
    sums = gaussian_filter(field * inside[..., None], (sigma, sigma, 0), mode="constant")
    off = field - sums / np.maximum(weight, 1e-6)[..., None]
    return grid.at_sites(near & (weight > 1e-6) & _far(off, inside))


def damaged(grid, values):
    """Sites whose values are far from the median of those around, and sites among many of them.

    Parameters
    ----------
    grid : SiteGrid
    values : (site, c) float, descriptors or polarization, finite

    Returns
    -------
    (site,) bool

    Notes
    -----
    A median over 3 x 3 points keeps steps, so walls are no outliers.
    """
    known = grid.known
    field = grid.gridded(values, 0.0)
    field[~known] = np.median(values, axis=0)
    off = field - median_filter(field, size=(3, 3, 1), mode="nearest")
    far = known & _far(off, known)
    count = uniform_filter(known.astype(float), AROUND, mode="constant")
    around = uniform_filter(far.astype(float), AROUND, mode="constant") / np.maximum(count, 1e-9)
    return grid.at_sites(far | (around > SHARE))
