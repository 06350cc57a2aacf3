"""Magnitudes of the Fourier transform of windows: what repeats in them, wherever in the window it starts.

Only the frequencies that columns hold are taken, by two products with short matrices of waves: along the rows once
for all windows that share a column of the grid, then down the columns. For a full-size image that is a fraction of
a second, so that magnitudes are found anew for each setting and never stored.
"""

import math
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# Columns are Gaussians of a sigma of an eighth of a cell or so: at three waves a cell a twentieth of their
# amplitude is left. Our choice.
MOST_WAVES = 3.0  # a unit cell
FINEST = 12  # px a cell; more finely sampled images are binned: a wave has four pixels or more
BLOCK = 32  # columns of the grid transformed together: bounds the memory, whatever the image
SHIFT = 0.25  # cells from a window's centre to those of its copies, along either axis


def binning(cell_px):
    """Factor (int) by which an image is binned before its windows are transformed."""
    return max(1, int(cell_px / FINEST))


def _waves(centres, length, most, taper):
    """Tapered waves about centres that need not be on a pixel.

    Parameters
    ----------
    centres : (n,) float px
    length : float px, of the window
    most : int, periods a window of the last wave
    taper : {"hann", "none"}

    Returns
    -------
    first : (n,) int px, the first pixel under each wave
    waves : (n, pixels, most + 1) complex64, of 0 ... most periods a window
    """
    first = np.ceil(centres - length / 2 - 0.5).astype(int)
    away = first[:, None] + np.arange(math.ceil(length) + 1) - centres[:, None]
    if taper == "hann":
        weight = np.where(np.abs(away) < length / 2, np.cos(np.pi * away / length) ** 2, 0)
    else:
        weight = np.clip(length / 2 + 0.5 - np.abs(away), 0, 1)  # the share of the pixel that is in the window
    phase = (-2j * np.pi / length) * away[..., None] * np.arange(most + 1)
    return first, (weight[..., None] * np.exp(phase)).astype(np.complex64)


def frequencies(window):
    """Frequencies that describe a window.

    Parameters
    ----------
    window : float, unit cells

    Returns
    -------
    (p, 2) int, whole periods a window along y and x: one of each pair (k, -k), which have the same magnitude, up to
    three waves a unit cell, without (0, 0)
    """
    most = math.floor(MOST_WAVES * window)
    y, x = np.mgrid[-most : most + 1, : most + 1]
    kept = (np.hypot(y, x) <= MOST_WAVES * window) & ((x > 0) | (y > 0))
    return np.column_stack([y[kept], x[kept]])


def _powers(image, rows, columns, length, chosen, taper):
    """Powers (r, c, p) of the frequencies (p, 2) of windows of `length` px centred on rows (r,), columns (c,) px."""
    most = int(np.abs(chosen).max())
    first, across = _waves(columns, length, most, taper)
    strips = np.moveaxis(sliding_window_view(image, across.shape[1], axis=1)[:, first], 1, 0)
    # real and imaginary parts side by side: one real product in place of a complex one
    along = strips @ np.concatenate([across.real, across.imag], axis=2)
    along = along[..., : most + 1] + 1j * along[..., most + 1 :]
    along = np.ascontiguousarray(np.moveaxis(along, 1, 0)).reshape(len(image), -1)
    first, down = _waves(rows, length, most, taper)
    down = np.concatenate([down[..., :0:-1].conj(), down], axis=2)
    powers = np.empty((len(rows), len(columns), len(chosen)), np.float32)
    level = across.sum(axis=1), down.sum(axis=1)
    for i, (start, waves) in enumerate(zip(first, down, strict=True)):
        whole = (waves.T @ along[start : start + len(waves)]).reshape(2 * most + 1, len(columns), most + 1)
        mean = whole[most, :, :1] / (level[0][:, :1] * level[1][i, most])
        found = (whole - level[1][i][:, None, None] * mean * level[0])[chosen[:, 0] + most, :, chosen[:, 1]]
        powers[i] = (found.real**2 + found.imag**2).T
    return powers


def extent(window, cell_px):
    """Side (odd int px) of all that the spectrum of a window of so many cells looks at, about its middle pixel."""
    return 2 * math.ceil((window / 2 + SHIFT) * cell_px + 1.5) + 1


def magnitudes(image, rows, columns, window, cell_px, taper):
    """Magnitudes of the Fourier transform of windows on a grid.

    Parameters
    ----------
    image : (y, x) float32
    rows, columns : (r,), (c,) float px, centres of the windows, whose `extent` lies in the image
    window : float, unit cells
    cell_px : float
    taper : {"hann", "none"}

    Yields
    ------
    slice of `columns`, (r, n, p) float32 of the frequencies (p, 2) of `frequencies`

    Notes
    -----
    The mean under the taper is taken off every window first (in the transform, where it is a multiple of the
    taper's own), so that brightness does not leak into the lowest frequencies; (0, 0) is then 0 and left out.

    Spots of the lattice are a few frequencies apart, and the tails of one reach the next: what they make together
    follows where in the cell a window begins, and beats with the grid (a moire over the whole image). So powers are
    averaged over four copies of the window half a cell apart, along y and along x, in which that term of
    neighbouring spots is opposite (P. Welch, IEEE Trans. Audio Electroacoust. 15, 70 (1967), averages so for
    noise). For the same reason windows are not moved to whole pixels.
    """
    chosen, length = frequencies(window), window * cell_px
    moved = [[centres - SHIFT * cell_px, centres + SHIFT * cell_px] for centres in (rows, columns)]
    for start in range(0, len(columns), BLOCK):
        part = slice(start, min(start + BLOCK, len(columns)))
        copies = product(moved[0], [centres[part] for centres in moved[1]])
        yield part, np.sqrt(sum(_powers(image, *centres, length, chosen, taper) for centres in copies) / 4)


def scaled(found, scale):
    """Magnitudes (n, p) over their mean, as they are ("linear") or as log(1 + them) ("log"): none is negative.

    The logarithm lets weak spots count beside strong ones; with 1 added it does not blow up the noise between them.
    """
    found = found / np.float32(found.mean(dtype=float) or 1)
    return np.log1p(found) if scale == "log" else found
