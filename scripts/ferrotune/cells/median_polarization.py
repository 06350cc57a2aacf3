"""Polarization as the median over the cells around each."""

import numpy as np


def median_polarization(polarization, ab, side):
    """Filter a polarization map by a median over squares of cells.

    Parameters
    ----------
    polarization : (cell, 2) array
        (y, x) components in any unit; NaN where unknown.
    ab : (cell, 2) int array
        Lattice indices of the cells.
    side : int
        Of the squares, cells, odd.

    Returns
    -------
    (cell, 2) float array
        The median of each component over the known cells; NaN where the polarization is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> ab = np.argwhere(np.ones((3, 3)))
    >>> polarization = np.column_stack([np.arange(9.0), np.r_[99.0, np.ones(8)]])
    >>> median_polarization(polarization, ab, 3)[[0, 4]].tolist()
    [[2.0, 1.0], [4.0, 1.0]]
    """
    index, half = np.asarray(ab, int) - np.min(ab, axis=0), side // 2
    found = np.full(np.shape(polarization), np.nan)
    for component, of_cells in zip(np.transpose(polarization), found.T, strict=True):
        grid = np.full(index.max(axis=0) + side, np.nan)  # with an edge that the squares reach into
        grid[*(index + half).T] = component
        known = np.isfinite(component)
        squares = np.lib.stride_tricks.sliding_window_view(grid, (side, side))[*index[known].T]
        of_cells[known] = np.nanmedian(squares.reshape(len(squares), -1), axis=1)
    return found
