"""What shifts of the scan rows add to the polarization: rows of cells that differ from those above and below."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# Our choices.
ROW = 0.5  # cells; cells whose heights differ less are of one row
AROUND = 11  # rows; the median of the others keeps the steps of walls that run along the rows
FEWEST = 3  # cells in half a row
FAR = 3.0  # robust standard deviations


def _middles(row, along):
    """Median of the cells of each row: dict of row to px."""
    order = np.argsort(row, kind="stable")
    names, first = np.unique(row[order], return_index=True)
    parts = np.split(along[order], first[1:])
    return {name: np.median(part) for name, part in zip(names.tolist(), parts, strict=True) if len(part) >= FEWEST}


def _unlike_others(middle):
    """How far each row (row,) is off the rows around it, px; NaN where it is far off: beside a wall along the rows."""
    from scipy.stats import median_abs_deviation  # here, as most jobs that load this module do not need it

    around = sliding_window_view(np.pad(middle, AROUND // 2, mode="reflect"), AROUND)
    off = middle - np.median(np.delete(around, AROUND // 2, axis=1), axis=1)
    return np.where(np.abs(off) <= FAR * median_abs_deviation(off, scale="normal"), off, np.nan)


def row_noise(yx, polarization, cell_px):
    """Standard deviation of what the cells of a row have in common along the row, and the rows around have not.

    Parameters
    ----------
    yx : (cell, 2) px
    polarization : (cell, 2) px, NaN where it is unknown
    cell_px : float

    Returns
    -------
    float
        px; 0 where there are too few rows. It is the covariance of the left and the right half of each row, in which
        noise of single cells and small domains differ.

    Examples
    --------
    >>> import numpy as np
    >>> yx = 10.0 * np.argwhere(np.ones((300, 20)))
    >>> shift = np.random.default_rng(0).normal(0, 0.5, 300)
    >>> polarization = np.column_stack([np.zeros(6000), np.repeat(shift, 20)])
    >>> round(row_noise(yx, polarization, cell_px=10.0), 1)
    0.5
    """
    known = np.isfinite(polarization).all(axis=1)
    if not known.any():
        return 0.0
    row, across, along = np.floor(yx[known, 0] / (ROW * cell_px)).astype(int), yx[known, 1], polarization[known, 1]
    left = across < np.median(across)
    halves = [_middles(row[part], along[part]) for part in (left, ~left)]
    both = sorted(set(halves[0]) & set(halves[1]))
    if len(both) < AROUND:
        return 0.0
    one, other = (_unlike_others(np.array([half[of] for of in both])) for half in halves)
    of_others = 1 + np.pi / 2 / (AROUND - 1)  # their median scatters, too
    return float(np.sqrt(max(np.nanmean(one * other) / of_others, 0.0)))
