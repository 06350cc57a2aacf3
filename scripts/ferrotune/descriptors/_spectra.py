"""Magnitudes of the Fourier transform of windows: they show what repeats in a window, at any phase.

Only the frequencies of the columns are computed, by two products with short matrices of waves: first along the rows,
once for all windows in one column of the grid, then down the columns. For a full-size image this takes a fraction of
a second. So magnitudes are computed for each setting and never stored.
"""

import math
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# Columns are Gaussians with a sigma of about an eighth of a unit cell: at three waves per cell a twentieth of their
# amplitude is left. Our choice.
MOST_WAVES = 3.0  # per unit cell
FINEST = 12  # px per cell; images with more are binned: a wave has four pixels or more
BLOCK = 32  # columns of the grid transformed together: limits the memory for images of any size
SHIFT = 0.25  # cells, from the centre of a window to the centres of its copies along each axis


def binning(cell_px):
    """Factor (int) by which an image is binned before the transform."""
    return max(1, int(cell_px / FINEST))


def _waves(centres, length, most, taper):
    """Tapered waves about centres that may lie between pixels.

    Parameters
    ----------
    centres : (n,) float px
    length : float px, of the window
    most : int, periods of the last wave in a window
    taper : {"hann", "none"}

    Returns
    -------
    first : (n,) int px, the first pixel under each wave
    waves : (n, pixels, most + 1) complex64, of 0 ... most periods in a window
    """
    first = np.ceil(centres - length / 2 - 0.5).astype(int)
    away = first[:, None] + np.arange(math.ceil(length) + 1) - centres[:, None]
    if taper == "hann":
        weight = np.where(np.abs(away) < length / 2, np.cos(np.pi * away / length) ** 2, 0)
    else:
        weight = np.clip(length / 2 + 0.5 - np.abs(away), 0, 1)  # share of the pixel inside the window
    phase = (-2j * np.pi / length) * away[..., None] * np.arange(most + 1)
    return first, (weight[..., None] * np.exp(phase)).astype(np.complex64)


def frequencies(window):
    """Frequencies by which a window is described.

    Parameters
    ----------
    window : float, unit cells

    Returns
    -------
    (p, 2) int, whole periods in a window along y and x, up to three waves per unit cell, without (0, 0). Of each pair
    (k, -k), which has one magnitude, one is kept.
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
    # real and imaginary parts side by side: one real product instead of a complex one
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
    """Side (odd int px) of the area, about the middle pixel, on which the spectrum of a window depends."""
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
    The mean under the taper is subtracted from every window first, so that brightness does not leak into the lowest
    frequencies. This is done in the transform, where the mean is a multiple of the taper's transform. Frequency (0, 0)
    is then 0 and left out.

    Spots of the lattice are a few frequencies apart, and their tails overlap. The interference of neighbouring spots
    depends on the place in the unit cell at which a window begins, and makes a moire with the grid over the whole
    image. So powers are averaged over four copies of the window, half a cell apart along y and along x, in which this
    term has opposite signs (P. Welch, IEEE Trans. Audio Electroacoust. 15, 70 (1967), averages in this way against
    noise). For the same reason windows are not moved to whole pixels.
    """
    chosen, length = frequencies(window), window * cell_px
    moved = [[centres - SHIFT * cell_px, centres + SHIFT * cell_px] for centres in (rows, columns)]
    for start in range(0, len(columns), BLOCK):
        part = slice(start, min(start + BLOCK, len(columns)))
        copies = product(moved[0], [centres[part] for centres in moved[1]])
        yield part, np.sqrt(sum(_powers(image, *centres, length, chosen, taper) for centres in copies) / 4)


def scaled(found, scale):
    """Magnitudes (n, p) divided by their mean ("linear"), or log(1 + these) ("log"); none is negative.

    The logarithm gives weak spots a weight beside strong ones. Because 1 is added, it does not amplify the noise
    between the spots.
    """
    found = found / np.float32(found.mean(dtype=float) or 1)
    return np.log1p(found) if scale == "log" else found
