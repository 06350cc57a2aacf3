"""Images of crystals with any unit cell, whose columns are known, for tests of motif and unit cell."""

from dataclasses import dataclass

import numpy as np

from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.drawing import draw
from ferrotune.simulation.specimen import Specimen

SHAPE = (320, 330)  # px
CUBIC = np.array([[16.0, 0.5], [-0.5, 16.0]])  # px
ALONG_110 = np.array([[22.6, 0.3], [-0.2, 16.0]])  # px; a over its edge by the root of two
HEXAGONAL = np.array([[14.0, 0.0], [7.0, 12.12]])  # px


@dataclass(frozen=True)
class Projection:
    """A drawn image, prepared, with its true columns: yx (n, 2) px, sublattice (n,), displacement (n, 2) px."""

    image: np.ndarray
    mask: np.ndarray
    yx: np.ndarray
    sublattice: np.ndarray
    displacement: np.ndarray

    def columns(self, cell=None, pixel_size_pm=None):
        """Its lattice, and the columns found in it."""
        lattice = find_lattice(self.image, self.mask, cell, pixel_size_pm)
        return lattice, find_columns(self.image, self.mask, lattice)

    def inner(self, margin):
        """Which true columns (n,) are at least this distance (px) from the border."""
        return ((self.yx > margin) & (self.yx < np.array(self.image.shape) - 1 - margin)).all(axis=1)


def projected(vectors, places, peaks, shift=0.0, width=2.4, counts=300.0, seed=0):
    """Image of a crystal with columns at places of its cell; all but the first displaced along x, in two domains.

    Parameters
    ----------
    vectors : (2, 2) px
    places : list of (a, b)
    peaks : list of float
    shift : float, px; to the left in the left half, to the right in the right half
    width : float, px
    counts : float, on top of a column of peak 1
    seed : int
    """
    reach = np.argwhere(np.ones((121, 121))) - 60
    origin = np.array(SHAPE) / 2 + np.random.default_rng(seed).uniform(-5, 5, 2)
    sites = np.vstack([(reach + place) @ vectors for place in places]) + origin
    kind = np.repeat(np.arange(len(places)), len(reach))
    moved = np.zeros(sites.shape)
    moved[:, 1] = np.where(kind > 0, shift * np.sign(sites[:, 1] - SHAPE[1] / 2), 0)
    yx = sites + moved
    near = ((yx > -10) & (yx < np.array(SHAPE) + 10)).all(axis=1)
    yx, kind, moved = yx[near], kind[near], moved[near]
    specimen = Specimen(shape=SHAPE, probe_sigma_px=width, mistilt=0.0, jitter_px=0.0)
    drawn = draw(yx, np.array(peaks)[kind], np.zeros(len(yx)), np.zeros(sum(SHAPE)), specimen)
    image = np.random.default_rng(seed + 1).poisson(counts * (drawn + 0.1)).astype(float)
    pixels, mask = prepare(image, np.ones(SHAPE, bool))
    return Projection(pixels, mask, yx, kind, moved)
