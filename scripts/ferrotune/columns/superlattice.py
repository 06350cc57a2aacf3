"""Superlattice: whether every second column of what looks like a lattice differs, so that the unit cell is larger."""

import numpy as np
from scipy import fft, ndimage

from ferrotune.images.smoothing import block_mean

# Lattices with two columns in a cell: the place of the second column, and the reflections that show both alike.
CENTRINGS = {
    (0.5, 0.5): np.array([[1, 1], [1, -1]]),
    (0.5, 0.0): np.array([[2, 0], [0, 1]]),
    (0.0, 0.5): np.array([[1, 0], [0, 2]]),
}
# Our choices, found on films of ferrotune.simulate with B of 0.9 to 1.1 of A, 20 to 150 counts (ratios from 10) and on
# such without B (up to 2.5); tests/unit/columns/test_cell_choice.py judges them on others.
RADIUS = 0.12  # of a spot, reciprocal cells; domains of opposite displacement split a spot
BESIDE = 0.25  # reciprocal cells from a spot to where the power is that of no lattice
LEAST = 5.0  # power of a spot over the power beside it
PIXELS_PER_CELL = 4  # of the binned image, which must still show the spots


def _power(image, mask, cell_px):
    """Power spectrum of an image without its background, with frequencies (1/px) along both axes."""
    size = max(1, int(cell_px // PIXELS_PER_CELL))
    weight, flat = block_mean(mask, size), block_mean(np.where(mask, image, 0), size)
    sigma = cell_px / size
    smooth = ndimage.gaussian_filter(weight, sigma)
    flat = flat - weight * ndimage.gaussian_filter(flat, sigma) / np.maximum(smooth, 1e-6)
    # inside the mask the window falls to zero towards its edges, which else scatter to all frequencies
    window = np.outer(*(np.hanning(n) for n in flat.shape)) * np.clip(2 * smooth - 1, 0, 1)
    power = np.abs(fft.fft2((flat * window).astype(np.float32))) ** 2
    return power, *(fft.fftfreq(n, size) for n in flat.shape)


def _of_spot(power, down, along, order, lattice):
    """Mean power within a spot at an order (h, k) of the lattice."""
    g = np.asarray(order) @ lattice.reciprocal
    radius = RADIUS / lattice.cell_px
    near = [np.flatnonzero(np.abs(axis - f) <= radius) for axis, f in zip((down, along), g, strict=True)]
    square = (down[near[0]] - g[0])[:, None] ** 2 + (along[near[1]] - g[1])[None] ** 2
    inside = square <= radius**2
    return float(power[np.ix_(*near)][inside].mean()) if inside.any() else 0.0


def superlattice_ratios(image, mask, lattice):
    """Power of the spots of each lattice with two columns in a cell, over the power beside them.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool
    lattice : ferrotune.columns.lattice.Lattice, with one column in a cell

    Returns
    -------
    dict of order (h, k) of the spot in the reciprocal lattice -> float; 1 where nothing is seen
    """
    spectrum = _power(image, mask, lattice.cell_px)
    found = {}
    for centre in CENTRINGS:
        spots = [
            np.array(centre) + step for step in ((0, 0), (-1, 0), (0, -1)) if np.abs(np.add(centre, step)).max() <= 1
        ]
        beside = [spot + step for spot in spots for step in BESIDE * np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])]
        here, there = (np.mean([_of_spot(*spectrum, order, lattice) for order in orders]) for orders in (spots, beside))
        found[centre] = here / max(there, 1e-30)
    return found
