"""Lattice vectors, and the phase of the lattice at any position: its place in the unit cell."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.restoration import unwrap_phase

from ferrotune.columns.motif import PEROVSKITE_100, Motif
from ferrotune.images.smoothing import block_mean, gaussian

PHASE_SIGMA_CELLS = 1.5  # phases are averages over about three cells: finer than a domain, coarser than noise


@dataclass(frozen=True)
class Lattice:
    """Lattice vectors: `a` (closest to the direction down the rows) and `b`, each (2,) as (y, x) in px.

    motif: where in the cell columns stand.
    """

    a: np.ndarray
    b: np.ndarray
    motif: Motif = PEROVSKITE_100

    @property
    def vectors(self):
        """The two vectors (2, 2): rows a and b, px."""
        return np.stack([self.a, self.b])

    @property
    def reciprocal(self):
        """Reciprocal vectors (2, 2): rows g1, g2 with g_i . a_j = delta_ij, 1/px."""
        return np.linalg.inv(self.vectors).T

    @property
    def cell_px(self):
        """Length of a unit cell, px: the square root of its area. All lengths in cells are in this unit."""
        return float(np.sqrt(abs(np.linalg.det(self.vectors))))


class LatticePhase:
    """Phase of the lattice: the place of any point in its unit cell, with drift, strain and rotation followed.

    The image is demodulated at two reflections and low-pass filtered, as in geometric phase analysis (Hytch, Snoeck &
    Kilaas 1998, doi 10.1016/S0304-3991(98)00035-7). With the reflections (1, 0) and (0, 1) the brighter sublattice (A)
    of a perovskite is at (0, 0) of the cell, the other (B) at (1/2, 1/2). Where these reflections are weak, as A and B
    are alike, stronger ones are given, such as (1, 1) and (1, -1), in which all columns scatter alike. There are then
    several places in the cell with the same phases, which phases unwrapped over the whole image distinguish: which of
    them is (0, 0) is not known.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool
    lattice : Lattice
    """

    def __init__(self, image, mask, lattice):
        self.lattice = lattice
        self.bin = max(1, int(lattice.cell_px // 6))
        flat, weight = block_mean(np.where(mask, image, 0), self.bin), block_mean(mask, self.bin)
        sigma = lattice.cell_px / self.bin
        level = gaussian(flat, sigma) / np.maximum(gaussian(weight, sigma), 1e-6)
        flat = flat - level * weight
        rows, columns = (np.arange(n) * self.bin + (self.bin - 1) / 2 for n in flat.shape)
        self.waves = lattice.reciprocal
        if lattice.motif.alike:
            self.waves = np.array(lattice.motif.reflections) @ lattice.reciprocal
        self.fields = []
        for g in self.waves:
            carrier = np.exp(-2j * np.pi * g[0] * rows)[:, None] * np.exp(-2j * np.pi * g[1] * columns)[None]
            wave = (flat * carrier).astype(np.complex64)
            parts = (gaussian(p, PHASE_SIGMA_CELLS * sigma) for p in (wave.real, wave.imag))
            self.fields.append(tuple(parts))
        if lattice.motif.alike:
            phases = (np.arctan2(imaginary, real).astype(float) for real, imaginary in self.fields)
            self.unwrapped = [unwrap_phase(phase, rng=0) for phase in phases]

    def __call__(self, yx):
        """Fractional coordinates (n, 2) in [-1/2, 1/2) of positions yx (n, 2) px, counted from the A columns."""
        yx = np.asarray(yx, float)
        at = ((yx - (self.bin - 1) / 2) / self.bin).T
        fraction = np.empty_like(yx)
        for i, (g, (real, imaginary)) in enumerate(zip(self.waves, self.fields, strict=True)):
            wave = [ndimage.map_coordinates(p, at, order=1, mode="nearest") for p in (real, imaginary)]
            phase = np.arctan2(wave[1], wave[0]) / (2 * np.pi)
            if self.lattice.motif.alike:
                whole = ndimage.map_coordinates(self.unwrapped[i], at, order=0, mode="nearest") / (2 * np.pi)
                phase = phase + np.round(whole - phase)
            fraction[:, i] = yx @ g + phase
        if self.lattice.motif.alike:
            fraction = fraction @ np.linalg.inv(self.lattice.motif.reflections).T
        if any(self.lattice.motif.origin):
            fraction -= self.lattice.motif.origin
        return fraction - np.floor(fraction + 0.5)
