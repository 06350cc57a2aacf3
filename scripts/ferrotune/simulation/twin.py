"""A film like a measured one: the same columns, intensities, background and noise, with a known polarization."""

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from ferrotune.columns.sublattices import B
from ferrotune.images.noise import image_noise
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


def film_like(image, mask, columns, cells, polarization, seed):
    """Render an image with the columns of a measured one, and the B columns where a polarization puts them.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    columns : dict with yx (column, 2) px, amplitude, width (column,), sublattice (column,), cell_px
    cells : dict with yx, polarization (cell, 2) px
    polarization : (cell, 2) px
        The truth of the film; where it is NaN, columns stay where they were measured.
    seed : int, of the noise

    Returns
    -------
    (y, x) float32
    """
    yx, width = _displaced(columns, cells, polarization), float(np.nanmedian(columns["width"]))
    specimen = Specimen(shape=image.shape, probe_sigma_px=width, mistilt=0.0, jitter_px=0.0)
    drawn = draw(yx, columns["amplitude"], np.zeros(len(yx)), np.zeros(sum(image.shape)), specimen)
    # what the columns do not explain: background, thickness, what lies between grains
    sigma, inside = columns["cell_px"], mask.astype(float)
    rest = gaussian_filter((image - drawn) * inside, sigma) / np.maximum(gaussian_filter(inside, sigma), 1e-6)
    clean = drawn + rest
    noise = image_noise(np.where(mask, image, 0.0), mask).variance(clean.ravel()).reshape(clean.shape)
    noisy = clean + np.sqrt(np.maximum(noise, 0)) * np.random.default_rng(seed).standard_normal(clean.shape)
    return np.where(mask, noisy, 0.0).astype(np.float32)
