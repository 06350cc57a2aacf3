"""Mean unit cell of an image: all cells laid over each other, and where columns stand in it."""

import numpy as np
from scipy import ndimage

from ferrotune.images.smoothing import block_mean, gaussian

# Our choices; the films of tests/unit/columns/test_motif.py hold them.
SAMPLES = 200_000  # pixels that are laid over each other: more show nothing new
GRID = 32  # bins along each side of the cell
FINE, COARSE = 0.08, 0.3  # of the nearest distance that A and B may have: widths of the band-pass filter
APART = 0.25  # cells; two maxima nearer than this are one column, which differs between domains
LEAST = 0.03  # height of a maximum over that of the highest: below, it may be what the filter leaves
CLEAR = 6.0  # height of a maximum over the noise of the mean cell


def samples(image, mask, cell_px):
    """Take what `mean_cell` lays over each other.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool
    cell_px : float, about

    Returns
    -------
    yx : (n, 2) px, of blocks of pixels inside the mask
    value : (n,) their intensity above their surroundings
    """
    size = max(1, int(cell_px // 12))
    weight = block_mean(mask, size)
    flat = block_mean(np.where(mask, image, 0), size)
    sigma = cell_px / size
    level = gaussian(flat, sigma) / np.maximum(gaussian(weight, sigma), 1e-6)
    rows = slice(None, None, -(-flat.size // SAMPLES))
    inside = np.argwhere(weight[rows] == 1) * [rows.step, 1]
    at = tuple(inside.T)
    return inside * size + (size - 1) / 2, (flat - level)[at]


def _folded(fraction, value):
    """Mean (GRID, GRID) of values (n,) at places (n, 2) in the cell, with bilinear shares."""
    at = (fraction % 1.0) * GRID
    low = np.floor(at).astype(int)
    part = at - low
    total, count = np.zeros(GRID * GRID), np.zeros(GRID * GRID)
    for step in np.ndindex(2, 2):
        share = np.prod(np.where(step, part, 1 - part), axis=1)
        index = np.ravel_multi_index(((low + step) % GRID).T, (GRID, GRID))
        total += np.bincount(index, share * value, GRID * GRID)
        count += np.bincount(index, share, GRID * GRID)
    return (total / np.maximum(count, 1e-9)).reshape(GRID, GRID)


def mean_cell(yx, value, phase, lattice):
    """Lay all unit cells of an image over each other.

    Parameters
    ----------
    yx, value : from `samples`
    phase : function of positions (n, 2) px that returns their place in the cell (n, 2)
    lattice : object with `vectors` (2, 2) and `cell_px`, px

    Returns
    -------
    band : (32, 32) float, the mean cell after a band-pass filter; its first element is at place (0, 0)
    noise : float, standard deviation of `band` from cell to cell, over the root of the number of cells
    """
    fraction = phase(yx)
    part = np.floor(yx / (4 * lattice.cell_px)).astype(int).sum(axis=1) % 2 == 0
    halves = [_filtered(_folded(fraction[half], value[half]), lattice) for half in (part, ~part)]
    noise = float((halves[0] - halves[1]).std() / 2)
    return (halves[0] + halves[1]) / 2, noise


def _filtered(cell, lattice):
    """Band-pass filter of a mean cell, in px of the image and not of the cell, whose axes may differ and be oblique."""
    h, k = (np.fft.fftfreq(GRID, 1 / GRID)[order] for order in np.indices((GRID, GRID)))
    g = np.stack([h, k], axis=-1) @ np.linalg.inv(lattice.vectors).T
    square = (2 * np.pi * lattice.cell_px) ** 2 * (g**2).sum(axis=-1) / 2
    band = np.exp(-square * FINE**2) - np.exp(-square * COARSE**2)
    return np.fft.ifft2(np.fft.fft2(cell) * band).real


def distance_px(one, other, lattice):
    """Shortest distance (...,), px, between places (..., 2) of the cell, over all cells."""
    step = np.asarray(one, float) - other
    step = step - np.round(step)
    around = np.array(list(np.ndindex(3, 3))) - 1
    return np.sqrt((((step[..., None, :] + around) @ lattice.vectors) ** 2).sum(axis=-1)).min(axis=-1)


def maxima(band, noise, lattice):
    """Find where columns stand in a mean cell.

    Parameters
    ----------
    band, noise : from `mean_cell`
    lattice : as there

    Returns
    -------
    place : (k, 2) in the cell, [0, 1), the highest first
    height : (k,)
    """
    top = np.argwhere((band == ndimage.maximum_filter(band, 3, mode="wrap")) & (band > CLEAR * noise))
    height = band[tuple(top.T)]
    order = np.argsort(-height, kind="stable")
    places, heights = [], []
    for at, value in zip(top[order], height[order], strict=True):
        place = _summit(band, at) / GRID % 1.0
        far = not places or distance_px(np.array(places), place, lattice).min() > APART * lattice.cell_px
        if far and value > LEAST * height.max():
            places.append(place)
            heights.append(value)
    return np.array(places).reshape(-1, 2), np.array(heights)


def _summit(band, at):
    """Place of a maximum between the elements, by a parabola along each axis."""
    found = at.astype(float)
    for axis in (0, 1):
        step = np.eye(2, dtype=int)[axis]
        before, here, after = (band[tuple((at + k * step) % GRID)] for k in (-1, 0, 1))
        bend = before + after - 2 * here
        found[axis] += np.clip((before - after) / (2 * bend), -0.5, 0.5) if bend < 0 else 0
    return found
