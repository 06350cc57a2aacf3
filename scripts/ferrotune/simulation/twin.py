"""A film like a measured one: the same columns, intensities, background and noise, with a known polarization."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.columns.sublattices import B
from ferrotune.images.noise import Noise, image_noise
from ferrotune.images.smoothing import local_mean
from ferrotune.simulation.drawing import draw
from ferrotune.simulation.specimen import Specimen

NEAR = 0.25  # cells between a B column and where the cell's polarization says it is


def _displaced(columns, cells, polarization):
    """Positions (column, 2) px of all columns, with the B columns where a polarization (cell, 2) puts them."""
    yx = columns["yx"].astype(float).copy()
    known = np.isfinite(cells["polarization"]).all(axis=1) & np.isfinite(polarization).all(axis=1)
    b = np.flatnonzero(columns["sublattice"] == B)
    if len(b) and known.any():
        measured = cells["yx"][known] + cells["polarization"][known]
        distance, index = cKDTree(yx[b]).query(measured)
        near = distance < NEAR * columns["cell_px"]
        yx[b[index[near]]] = (cells["yx"] + polarization)[known][near]
    return yx


def _specimen(shape, columns):
    """Specimen whose columns are as wide as the measured ones."""
    width = float(np.nanmedian(columns["width"]))
    return Specimen(shape=shape, probe_sigma_px=width, mistilt=0.0, jitter_px=0.0)


@dataclass(frozen=True)
class MeasuredFilm:
    """A measured film, of which others with the same columns, background and noise are rendered.

    Attributes
    ----------
    columns : dict with yx (column, 2) px, amplitude, width (column,), sublattice (column,), cell_px
    cells : dict with yx, polarization (cell, 2) px
    mask : (y, x) bool, true where there is signal
    background : (y, x) float32
        What the columns do not explain: background, thickness, what lies between grains.
    noise : ferrotune.images.noise.Noise
    """

    columns: dict
    cells: dict
    mask: np.ndarray
    background: np.ndarray
    noise: Noise

    @classmethod
    def of(cls, image, mask, columns, cells):
        """Measure background and noise of an image (y, x)."""
        found = cls(columns, cells, mask, np.float32(0), image_noise(np.where(mask, image, 0.0), mask))
        left = image - found._without_noise(columns["yx"])
        return replace(found, background=local_mean(left, mask, columns["cell_px"]))

    def _without_noise(self, yx):
        """Image (y, x) float32 without noise, with the columns at positions (column, 2) px."""
        specimen = _specimen(self.mask.shape, self.columns)
        drawn = draw(yx, self.columns["amplitude"], np.zeros(len(yx)), np.zeros(sum(specimen.shape)), specimen)
        return drawn.astype(np.float32) + self.background

    def like(self, polarization, seed):
        """Render an image with the B columns where a polarization puts them.

        Parameters
        ----------
        polarization : (cell, 2) px
            The truth of the film; where it is NaN, columns stay where they were measured.
        seed : int, of the noise

        Returns
        -------
        (y, x) float32
        """
        clean = self._without_noise(_displaced(self.columns, self.cells, polarization))
        noise = np.random.default_rng(seed).standard_normal(clean.shape, np.float32)
        noise *= np.sqrt(np.maximum(self.noise.variance(clean), 0)).astype(np.float32)
        return np.where(self.mask, clean + noise, np.float32(0))
