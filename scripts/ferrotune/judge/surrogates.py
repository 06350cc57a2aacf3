"""Null maps: surrogates of measured values with the same spatial spectrum and cross-spectrum, but random phases."""

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import binary_opening, distance_transform_edt

TAPER = 4.0  # cells over which a field falls to its mean towards a border. Ours
HOLE = np.ones((3, 3), bool)  # smaller holes have no border


def _taper(known, step):
    """Weight (row, column) of points, known (row, column) bool: 1 inside, cosine to 0 beyond the borders of a film."""
    outside = binary_opening(np.pad(~known, 3, constant_values=True), HOLE)
    off = distance_transform_edt(~outside)[3:-3, 3:-3]
    width = min(TAPER / step + 1, off.max())
    return np.where(known, 0.5 - 0.5 * np.cos(np.pi * np.minimum(off / max(width, 1), 1.0)), 0.0)


class Surrogates:
    """Fields without walls that are otherwise like a measured one.

    All components get the same random phases, so that each spectrum and each cross-spectrum stays as it is; the mean
    and the places without sites stay too. Stripes along scan rows keep their orientation.

    Parameters
    ----------
    grid : SiteGrid
    values : (site, r) float, finite

    Notes
    -----
    Prichard and Theiler, Phys. Rev. Lett. 73, 951 (1994): the multivariate form of phase randomisation. A Fourier
    transform joins opposite borders of a film. Where they do not fit, the step would be part of the spectrum, so that
    null maps would be rougher than the film, and walls would stand that are none. So the field falls to its mean
    towards the borders. Places without sites count as the mean. The variance that both take away is given back. In
    single precision, which halves the time and is far finer than noise.
    """

    def __init__(self, grid, values):
        self._grid = grid
        # larger where a side has a large prime factor: the transforms of 163 x 151 points take four times as long
        self._shape = tuple(next_fast_len(n, real=True) for n in grid.known.shape)
        weight = grid.at_sites(_taper(grid.known, grid.step))
        self._mean = np.average(values, axis=0, weights=weight)
        off = (values - self._mean) * (weight / np.sqrt((weight**2).sum() / np.prod(self._shape)))[:, None]
        off = np.ascontiguousarray(off.T, np.float32)
        self._spectrum = rfft2(np.stack([grid.gridded(of, 0.0) for of in off]), s=self._shape)

    def drawn(self, rng):
        """One of them, (site, r) float32, by a numpy Generator."""
        phase = rfft2(rng.standard_normal(self._shape).astype(np.float32))
        phase /= np.maximum(np.abs(phase), 1e-30)
        field = irfft2(self._spectrum * phase, s=self._shape)
        at_sites = np.stack([self._grid.at_sites(of) for of in field], axis=-1)
        at_sites += self._mean.astype(np.float32)
        return at_sites


def surrogate(grid, values, rng):
    """One field of `Surrogates` of values (site, r): (site, r) float."""
    return Surrogates(grid, values).drawn(rng)
