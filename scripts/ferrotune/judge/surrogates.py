"""Null maps: surrogates of measured values with the same spatial spectrum and cross-spectrum, but random phases."""

import numpy as np


def surrogate(grid, values, rng):
    """Values without walls that are otherwise like the measured ones.

    All components get the same random phases, so that each spectrum and each cross-spectrum stays as it is; the mean
    and the places without sites stay too. Stripes along scan rows keep their orientation, and trends their size.

    Parameters
    ----------
    grid : SiteGrid
    values : (site, r) float, finite
    rng : numpy Generator

    Returns
    -------
    (site, r) float

    Notes
    -----
    Prichard and Theiler, Phys. Rev. Lett. 73, 951 (1994): the multivariate form of phase randomisation. Places
    without sites count as the mean; the variance that they take away is given back.
    """
    mean = values.mean(axis=0)
    field = np.moveaxis(grid.gridded(values - mean, 0.0), -1, 0)
    shape = field.shape[1:]
    phase = np.fft.rfft2(rng.standard_normal(shape))
    phase /= np.maximum(np.abs(phase), 1e-300)
    drawn = np.fft.irfft2(np.fft.rfft2(field) * phase, s=shape) / np.sqrt(grid.known.mean())
    return grid.at_sites(np.moveaxis(drawn, 0, -1)) + mean
