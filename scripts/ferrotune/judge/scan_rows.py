"""Shifted scan rows taken off: what all sites of one row have in common, and the rows above and below have not."""

import numpy as np
from scipy.ndimage import median_filter

WINDOW = 11  # points of the grid across the rows; a median over them keeps steps, and so walls along rows. Ours
ROW = 0.5  # cells; sites whose positions differ less across the rows are of one row


def without_row_shifts(grid, values, y):
    """Values of sites without what the scan did to single rows.

    Parameters
    ----------
    grid : SiteGrid
    values : (site, r) float
    y : (site,) float
        Positions across the scan rows, unit cells.

    Returns
    -------
    (site, r) float

    Notes
    -----
    From each site the median over WINDOW points across the rows is subtracted. The median of these residuals over all
    sites of a row is the shift of the row. Domains are wider than a row, and a wall along the rows is a step that
    stays; both are kept.
    """
    row = np.floor(y / ROW).astype(int)
    row -= row.min()
    order = np.argsort(row, kind="stable")
    starts = np.flatnonzero(np.diff(row[order], prepend=-1))
    found = np.array(values, float)
    for component in found.T:
        smooth = median_filter(grid.gridded(component, np.median(component)), size=(WINDOW, 1), mode="nearest")
        off = component - grid.at_sites(smooth)
        for sites in np.split(order, starts[1:]):
            component[sites] -= np.median(off[sites])
    return found
