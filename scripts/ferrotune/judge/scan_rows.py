"""Shifted scan rows taken off: what all sites of one row have in common, and the rows above and below have not."""

import numpy as np
from scipy.ndimage import median_filter

from ferrotune.judge.medians import quick_median

WINDOW = 11  # points of the grid across the rows; a median over them keeps steps, and so walls along rows. Ours
ROW = 0.5  # cells; sites whose positions differ less across the rows are of one row


def _median_across(field):
    """Median of each column of a field (row, column) over WINDOW points; the edge values go on beyond the edges.

    As `scipy.ndimage.median_filter(field, (WINDOW, 1), mode="nearest")`, which is five times slower than along one
    line: the columns are put end to end, with a margin between them.
    """
    margin = WINDOW // 2
    line = np.pad(field, ((margin, margin), (0, 0)), mode="edge").T
    return median_filter(line.ravel(), WINDOW).reshape(line.shape)[:, margin:-margin].T


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
    smooth = [_median_across(grid.gridded(of, np.median(of))) for of in np.ascontiguousarray(found.T)]
    off = found - grid.at_sites(np.stack(smooth, axis=-1))
    of_rows = np.split(np.ascontiguousarray(off[order].T), starts[1:], axis=1)
    shifts = np.column_stack([quick_median(of_row) for of_row in of_rows])
    found[order] -= np.repeat(shifts, np.diff(np.append(starts, len(order))), axis=1).T
    return found
