"""Strength of a lattice's reflections around every place of an image, and what noise and disorder give."""

import numpy as np

from ferrotune.images.smoothing import block_mean, gaussian, local_mean

BLOCKS_PER_CELL = 3  # strengths are known at this many places along a cell
SIGMA_CELLS = 1.5  # strengths are averages over about three cells
STRIP_BLOCKS = 32  # rows of blocks that are multiplied with the waves together: what fits the cache
ORDERS = np.array([[1, 0], [0, 1], [1, 1], [1, -1]])
# Between the reflections, and as far from the middle: they show noise and what does not repeat. Not at halves or
# thirds, where reflections of a superstructure are.
BETWEEN = np.array([[0.62, 0.62], [0.62, -0.62], [1.3, 0.4], [-0.4, 1.3]])


def block_px(lattice):
    """Side (px) of the blocks of pixels on which strengths are known, for a lattice."""
    return max(1, int(lattice.cell_px // BLOCKS_PER_CELL))


def _wave_means(flat, waves, block):
    """Means (n, by, bx) complex64 over blocks of pixels of an image times each of the waves (n, 2), 1/px."""
    flat = np.pad(flat, [(0, -length % block) for length in flat.shape])
    down, along = (np.exp(-2j * np.pi * np.outer(np.arange(n), of)) for n, of in zip(flat.shape, waves.T, strict=True))
    along = along.reshape(-1, block, len(waves))
    parts = np.concatenate([along.real, along.imag], axis=2).astype(np.float32)
    means = np.empty((len(waves), len(flat) // block, len(parts)), np.complex64)
    for first in range(0, means.shape[1], STRIP_BLOCKS):
        rows = slice(first * block, (first + STRIP_BLOCKS) * block)
        # One product for all waves: a product with each, over the whole image, takes ten times as long.
        sums = np.einsum("ybf,bfk->ybk", flat[rows].reshape(-1, len(parts), block), parts)
        wave = (sums[..., : len(waves)] + 1j * sums[..., len(waves) :]) * down[rows, None].astype(np.complex64)
        of_blocks = wave.reshape(-1, block, *wave.shape[1:]).sum(axis=1) / block**2
        means[:, first : first + STRIP_BLOCKS] = np.moveaxis(of_blocks, 2, 0)
    return means


def _power(means, weight, sigma):
    """Power (by, bx) of the waves whose block means (n, by, bx) are given, around every block, but the strongest."""
    power = []
    for of_wave in means:
        parts = (gaussian(np.ascontiguousarray(part), sigma) for part in (of_wave.real, of_wave.imag))
        power.append(gaussian(sum(part**2 for part in parts), sigma))
    # A straight edge has power at all waves along one direction: at one of these.
    return (np.sum(power, axis=0) - np.max(power, axis=0)) / (len(power) - 1) / np.maximum(weight, 0.1) ** 2


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
    means = _wave_means(flat, np.vstack([ORDERS, BETWEEN]) @ lattice.reciprocal, block)
    return tuple(_power(of_waves, weight, sigma) for of_waves in (means[: len(ORDERS)], means[len(ORDERS) :]))
