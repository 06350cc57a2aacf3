"""Surrogates keep spectra and cross-spectra, and lose walls."""

import numpy as np
from scipy.ndimage import gaussian_filter

from ferrotune.judge.surrogates import TAPER, surrogate
from helpers.noisy_sites import sites_of, two_domains


def spectra(values, size):
    field = np.fft.fft2(values.reshape(size, size, 2), axes=(0, 1))
    return field[..., 0] * field[..., 0].conj(), field[..., 0] * field[..., 1].conj()


def test_spectrum_and_cross_spectrum_stay_and_the_phases_do_not():
    """The spectrum is that of the field which falls to its mean towards the borders of the film."""
    sites, values = sites_of(two_domains(3.0, slope=1.0)[0])
    drawn = surrogate(sites.grid, values, np.random.default_rng(0))
    weight = np.minimum(np.arange(1, 61), np.arange(60, 0, -1))
    weight = np.minimum(weight[:, None], weight) / (TAPER + 1)
    weight = (0.5 - 0.5 * np.cos(np.pi * np.minimum(weight, 1))).reshape(-1, 1)
    mean = (values * weight).sum(axis=0) / weight.sum()
    inside = (values - mean) * weight / np.sqrt((weight**2).mean())
    for one, other in zip(spectra(inside, 60), spectra(drawn, 60), strict=True):
        inner = np.abs(one[1:30, 1:30])  # without the frequencies that are their own opposite
        assert np.allclose(np.abs(other[1:30, 1:30]), inner, rtol=1e-5, atol=1e-5 * inner.max())
    assert np.allclose(drawn.mean(axis=0), mean, atol=1e-5)
    assert abs(np.corrcoef(values[:, 0], drawn[:, 0])[0, 1]) < 0.9


def roughness(field):
    """Variance of the second differences inside a field (row, column, 2), in units of its own."""
    inner = field[5:-5, 5:-5]
    return np.diff(inner, 2, axis=0).var() / inner.var()


def test_surrogates_of_a_smooth_field_are_as_smooth():
    """Whatever its opposite borders are: what a Fourier transform sees as a step there is no part of the film."""
    rng = np.random.default_rng(3)
    whole = gaussian_filter(rng.standard_normal((300, 300, 2)), (4, 4, 0), mode="wrap")
    whole = whole / whole.std() + 0.1 * rng.standard_normal(whole.shape)
    ratios = []
    for row, column in np.ndindex(5, 5):
        part = whole[60 * row : 60 * row + 40, 60 * column : 60 * column + 40]
        sites, values = sites_of(part)
        drawn = surrogate(sites.grid, values, np.random.default_rng(row + column))
        ratios.append(roughness(drawn.reshape(part.shape)) / roughness(part))
    assert 0.9 < np.median(ratios) < 1.2  # joined borders would give 2.2


def test_places_without_sites_do_not_take_variance_away():
    field = np.random.default_rng(0).standard_normal((60, 60, 2))
    sites, values = sites_of(field)
    kept = np.hypot(*(sites.yx - 300).T) < 250
    part = type(sites).of(sites.yx[kept], np.ones((620, 620), bool), 10.0)
    drawn = surrogate(part.grid, values[kept], np.random.default_rng(1))
    assert abs(drawn.var() / values[kept].var() - 1) < 0.1
