"""Polarization maps of a Ginzburg-Landau model: domains and walls of known physics, of another kind than measured maps.

A film relaxes from noise in a potential with four minima, with a gradient energy, a depolarizing field (charged walls
cost energy) and quenched random fields. The walls get their width from the model, and the random fields pin them, and
make the polarization vary within the domains, as in a relaxor. Ours; after Nambu and Sagala, Phys. Rev. B 50, 5838
(1994), who solve the same equation for ferroelastic domains.
"""

from dataclasses import dataclass

import numpy as np
from scipy.fft import fftfreq, irfft2, rfft2, rfftfreq

PAD = 16  # cells that are cut off around the film: the model is periodic
STEPS, TIME_STEP = 1000, 0.1


@dataclass(frozen=True)
class Model:
    """Energies, in units of the curvature of the potential at zero polarization; lengths in cells.

    gradient : energy of gradients; walls are some 2 sqrt(gradient) wide
    field, field_length : standard deviation of the random field, and sigma over which it is correlated
    depolarization : energy of charges
    softness : standard deviation of the curvature of the potential from place to place
    stretch : (y, x) factors of the polarization
    """

    gradient: float = 3.0
    field: float = 0.3
    field_length: float = 8.0
    depolarization: float = 2.0
    softness: float = 0.0
    stretch: tuple = (1.0, 1.0)


def _random_fields(shape, squared, length, rng, count):
    """Gaussian random fields (count, row, column) of unit variance, correlated over a length."""
    noise = rng.standard_normal((count, *shape))
    fields = irfft2(rfft2(noise) * np.exp(-squared * length**2 / 2), s=shape)
    return fields / fields.std(axis=(1, 2), keepdims=True)


def relaxed(shape, model, seed):
    """Polarization (row, column, 2) of a relaxed film, (y, x), with a root mean square of 1."""
    rng, padded = np.random.default_rng(seed), tuple(n + 2 * PAD for n in shape)
    wave = 2 * np.pi * np.stack(np.meshgrid(fftfreq(padded[0]), rfftfreq(padded[1]), indexing="ij"))
    squared = (wave**2).sum(axis=0)
    along = wave / np.sqrt(np.where(squared == 0, 1.0, squared))
    random = model.field * _random_fields(padded, squared, model.field_length, rng, 2)
    curvature = 1.0 + model.softness * _random_fields(padded, squared, 12.0, rng, 1)
    polarization = 0.3 * _random_fields(padded, squared, 3.0, rng, 2)
    for _ in range(STEPS):
        force = (curvature - polarization**2 - 0.3 * polarization[::-1] ** 2) * polarization + random
        now = rfft2(polarization)
        charged = along * (along * now).sum(axis=0)
        # gradients implicitly, the rest explicitly
        now += TIME_STEP * (rfft2(force) - model.depolarization * charged)
        polarization = irfft2(now / (1 + TIME_STEP * model.gradient * squared), s=padded)
    inner = np.moveaxis(polarization[:, PAD:-PAD, PAD:-PAD], 0, -1) * model.stretch
    return inner / np.sqrt((inner**2).sum(axis=-1).mean())


def film_map(shape, model, amplitude, seed, noise=0.12):
    """Displacement (row, column, 2) px of a film on a substrate, NaN outside, with what measured maps have.

    A seventh of the film on the left is the substrate, without polarization; single cells are off, and each cell has
    noise of its own.
    """
    rng = np.random.default_rng([seed, 1])
    found = amplitude * relaxed(shape, model, seed)
    x = np.arange(shape[1]) - shape[1] / 7
    found /= 1 + np.exp(-x)[:, None]
    found += noise * rng.standard_normal(found.shape)
    off = rng.uniform(size=shape) < 0.004
    found[off] += rng.standard_normal((off.sum(), 2))
    found[:2], found[-2:], found[:, :2] = np.nan, np.nan, np.nan
    return found
