"""Windows on a regular grid: their places, and interpolation from a coarser grid to a finer one."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import minimum_filter
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from ferrotune.errors import InputError

TOLERANCE = 1e-6  # of a stride: decimal numbers of the config are not exact in binary


def multiple(stride, finest):
    """Ratio (int) of a stride to the finest stride; InputError where it is not a whole number."""
    times = round(stride / finest)
    if abs(stride / finest - times) > TOLERANCE:
        raise InputError(f"stride {stride:g} is not a whole multiple of the smallest of the spaces, {finest:g}")
    return times


def _centres(size, window, stride):
    """Centres (n,) px of the windows that fit along an axis; the grid is in the middle of the axis."""
    count = int((size - window) / stride) + 1
    first = (size - 1 - (count - 1) * stride) / 2
    return first + stride * np.arange(count)


def check_window(window, shape, factor=1, cell_px=None):
    """Check that a window fits into the image.

    Parameters
    ----------
    window : int, side of the window, px of the binned image
    shape : (rows, columns) of the image before it is binned, px
    factor : int, by which it is binned
    cell_px : float, length of a unit cell, px of the image before it is binned; None: the error names px only

    Raises
    ------
    InputError
        If it is too large, in px of the image before it is binned, and in cells.
    """
    if window * factor <= min(shape):
        return
    sizes = [(window * factor, window * factor), shape]
    px, of_image = (
        f"{y} x {x} px" + ("" if cell_px is None else f" ({y / cell_px:.1f} x {x / cell_px:.1f} cells)")
        for y, x in sizes
    )
    raise InputError(f"the largest window with its copies, {px}, is larger than the image, {of_image}: lower `window`")


@dataclass(frozen=True)
class WindowGrid:
    """Grid of windows; sites are the windows in which every pixel has signal.

    Attributes
    ----------
    rows, columns : (r,), (c,) float px, centres along either axis
    place : (n, 2) int, row and column, from 0, of each window that is a site
    """

    rows: np.ndarray
    columns: np.ndarray
    place: np.ndarray

    @classmethod
    def of(cls, mask, window, stride):
        """Lay the grid over a mask.

        Parameters
        ----------
        mask : (y, x) bool
        window : int, side of the windows, odd px
        stride : float px, distance of the windows

        Raises
        ------
        InputError
            If no whole window is inside the image and the mask.
        """
        check_window(window, mask.shape)
        rows, columns = (_centres(size, window, stride) for size in mask.shape)
        whole = minimum_filter(mask.astype(np.uint8), window, mode="constant")
        whole = whole[np.ix_(*(np.rint(centres).astype(int) for centres in (rows, columns)))]
        if not whole.any():
            raise InputError("no window lies inside the image and the mask: lower `window`, or mask less")
        return cls(rows, columns, np.argwhere(whole))

    @property
    def dropped(self):
        """Number of windows that touch the mask, and are no sites."""
        return len(self.rows) * len(self.columns) - len(self.place)

    @property
    def yx(self):
        """Centres (n, 2) px of the sites."""
        return np.column_stack([self.rows[self.place[:, 0]], self.columns[self.place[:, 1]]])

    def interleaved(self, times):
        """Number (n,) int of the coarser grid that each site is in: this grid consists of times^2 coarser ones."""
        row, column = (self.place % times).T
        return row * times + column

    def coarser(self, times):
        """WindowGrid of every `times`-th row and column, in the middle; this one where it would have no site."""
        first = [((len(centres) - 1) % times) // 2 for centres in (self.rows, self.columns)]
        chosen = self.place[(self.place % times == first).all(axis=1)]
        if times == 1 or not len(chosen):
            return self
        return WindowGrid(self.rows[first[0] :: times], self.columns[first[1] :: times], (chosen - first) // times)

    def interpolation_from(self, coarse, times):
        """Weights (n, m) sparse float32 that interpolate values of the m windows of a coarser grid at these sites.

        Linear between those of the four windows around a site that exist; without any, the value of the nearest.
        """
        first = [((len(centres) - 1) % times) // 2 for centres in (self.rows, self.columns)]
        at = (self.place - first) / times
        known = np.full((len(coarse.rows) + 2, len(coarse.columns) + 2), -1)  # with a rim of -1
        known[tuple(coarse.place.T + 1)] = np.arange(len(coarse.place))
        low = np.floor(at).astype(int)
        site, window, weight = [], [], []
        for corner in ((0, 0), (0, 1), (1, 0), (1, 1)):
            found = known[tuple((low + corner).T + 1)]
            share = np.abs(1 - np.array(corner) - (at - low)).prod(axis=1)
            there = np.flatnonzero((found >= 0) & (share > 0))
            site, window, weight = [*site, there], [*window, found[there]], [*weight, share[there]]
        alone = np.setdiff1d(np.arange(len(at)), np.concatenate(site))
        site, window, weight = (
            [*site, alone],
            [*window, cKDTree(coarse.place).query(at[alone])[1]],
            [*weight, alone >= 0],
        )
        entries = (np.concatenate(weight), (np.concatenate(site), np.concatenate(window)))
        weights = csr_array(entries, shape=(len(at), len(coarse.place)), dtype=np.float32)
        return weights.multiply(1 / weights.sum(axis=1)[:, None]).tocsr().astype(np.float32)
