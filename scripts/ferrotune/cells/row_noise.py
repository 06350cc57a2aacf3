"""What shifts of the scan rows add to the polarization: rows of cells that differ from those above and below."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.stats import median_abs_deviation

# Our choices.
ROW = 0.5  # cells; cells whose heights differ less are of one row
AROUND = 11  # rows; the median of the others keeps the steps of walls that run along the rows
FEWEST = 5  # cells in a row


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
        px, without what the noise of single cells gives; 0 where there are too few rows.

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
    row, along = np.floor(yx[known, 0] / (ROW * cell_px)).astype(int), polarization[known, 1]
    parts = np.split(along[np.argsort(row, kind="stable")], np.flatnonzero(np.diff(np.sort(row))) + 1)
    parts = [part for part in parts if len(part) >= FEWEST]
    if len(parts) < AROUND:
        return 0.0
    middle = np.array([np.median(part) for part in parts])
    around = sliding_window_view(np.pad(middle, AROUND // 2, mode="reflect"), AROUND)
    off = middle - np.median(np.delete(around, AROUND // 2, axis=1), axis=1)
    # the median of n values scatters by 1.25 standard deviations over sqrt(n)
    by_chance = [np.pi / 2 * median_abs_deviation(part, scale="normal") ** 2 / len(part) for part in parts]
    of_others = 1 + np.pi / 2 / (AROUND - 1)  # their median scatters, too
    common = median_abs_deviation(off, scale="normal") ** 2 / of_others - np.median(by_chance)
    return float(np.sqrt(max(common, 0.0)))
