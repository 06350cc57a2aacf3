"""Strength of a lattice's reflections around every place of an image, and what noise and disorder give."""

import numpy as np

from ferrotune.images.smoothing import block_mean, gaussian, local_mean

BLOCKS_PER_CELL = 3  # strengths are known at this many places along a cell
SIGMA_CELLS = 1.5  # strengths are averages over about three cells
ORDERS = np.array([[1, 0], [0, 1], [1, 1], [1, -1]])
# Between the reflections, and as far from the middle: they show noise and what does not repeat. Not at halves or
# thirds, where reflections of a superstructure are.
BETWEEN = np.array([[0.62, 0.62], [0.62, -0.62], [1.3, 0.4], [-0.4, 1.3]])


def block_px(lattice):
    """Side (px) of the blocks of pixels on which strengths are known, for a lattice."""
    return max(1, int(lattice.cell_px // BLOCKS_PER_CELL))


def _power(flat, weight, waves, block, sigma):
    """Power (by, bx) at the waves (n, 2), 1/px, around every block: mean over the waves but the strongest one."""
    rows, columns = (np.arange(n, dtype=np.float32) for n in flat.shape)
    power = []
    for g in waves:
        carrier = np.exp(-2j * np.pi * g[0] * rows).astype(np.complex64)[:, None]
        carrier = carrier * np.exp(-2j * np.pi * g[1] * columns).astype(np.complex64)[None]
        wave = flat * carrier
        parts = (gaussian(block_mean(p, block), sigma) for p in (wave.real, wave.imag))
        power.append(gaussian(sum(part**2 for part in parts), sigma))
    # A straight edge has power at all waves along one direction: at one of these.
    return (np.sum(power, axis=0) - np.max(power, axis=0)) / (len(waves) - 1) / np.maximum(weight, 0.1) ** 2


def reflection_power(image, mask, lattice, block):
    """Measure the power of a lattice's four lowest reflections around every block of pixels, and that between them.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    lattice : ferrotune.columns.lattice.Lattice
    block : int, side of a block, px

    Returns
    -------
    power, between : (by, bx) float
        Mean square amplitude at the reflections, and at places between them.
    """
    cell = lattice.cell_px
    flat = np.where(mask, image - local_mean(image, mask, cell), 0).astype(np.float32)
    sigma = SIGMA_CELLS * cell / block
    weight = gaussian(block_mean(mask, block), sigma)
    return tuple(_power(flat, weight, orders @ lattice.reciprocal, block, sigma) for orders in (ORDERS, BETWEEN))
