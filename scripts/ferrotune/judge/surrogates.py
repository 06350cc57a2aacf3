"""Null maps: surrogates of measured values with the same spatial spectrum and cross-spectrum, but random phases."""

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2


class Surrogates:
    """Fields without walls that are otherwise like a measured one.

    All components get the same random phases, so that each spectrum and each cross-spectrum stays as it is; the mean
    and the places without sites stay too. Stripes along scan rows keep their orientation, and trends their size.

    Parameters
    ----------
    grid : SiteGrid
    values : (site, r) float, finite

    Notes
    -----
    Prichard and Theiler, Phys. Rev. Lett. 73, 951 (1994): the multivariate form of phase randomisation. Places
    without sites count as the mean; the variance that they take away is given back.
    """

    def __init__(self, grid, values):
        self._grid, self._mean = grid, values.mean(axis=0)
        # larger where a side has a large prime factor: the transforms of 163 x 151 points take four times as long
        self._shape = tuple(next_fast_len(n, real=True) for n in grid.known.shape)
        off = (values - self._mean) / np.sqrt(grid.known.sum() / np.prod(self._shape))
        self._spectrum = rfft2(np.moveaxis(grid.gridded(off, 0.0), -1, 0), s=self._shape)

    def drawn(self, rng):
        """One of them, (site, r) float, by a numpy Generator."""
        phase = rfft2(rng.standard_normal(self._shape))
        phase /= np.maximum(np.abs(phase), 1e-300)
        field = irfft2(self._spectrum * phase, s=self._shape)
        return self._grid.at_sites(np.moveaxis(field, 0, -1)) + self._mean


def surrogate(grid, values, rng):
    """One field of `Surrogates` of values (site, r): (site, r) float."""
    return Surrogates(grid, values).drawn(rng)
