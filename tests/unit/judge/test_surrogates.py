"""Surrogates keep spectra and cross-spectra, and lose walls."""

import numpy as np

from ferrotune.judge.surrogates import surrogate
from helpers.noisy_sites import sites_of, two_domains


def spectra(values):
    field = np.fft.fft2(values.reshape(60, 60, 2), axes=(0, 1))
    return field[..., 0] * field[..., 0].conj(), field[..., 0] * field[..., 1].conj()


def test_spectrum_and_cross_spectrum_stay_and_the_phases_do_not():
    sites, values = sites_of(two_domains(3.0, slope=1.0)[0])
    drawn = surrogate(sites.grid, values, np.random.default_rng(0))
    for one, other in zip(spectra(values), spectra(drawn), strict=True):
        inner = np.abs(one[1:30, 1:30])  # without the frequencies that are their own opposite
        assert np.allclose(np.abs(other[1:30, 1:30]), inner, rtol=1e-6, atol=1e-6 * inner.max())
    assert np.allclose(drawn.mean(axis=0), values.mean(axis=0))
    assert abs(np.corrcoef(values[:, 0], drawn[:, 0])[0, 1]) < 0.9


def test_places_without_sites_do_not_take_variance_away():
    field = np.random.default_rng(0).standard_normal((60, 60, 2))
    sites, values = sites_of(field)
    kept = np.hypot(*(sites.yx - 300).T) < 250
    part = type(sites).of(sites.yx[kept], np.ones((620, 620), bool), 10.0)
    drawn = surrogate(part.grid, values[kept], np.random.default_rng(1))
    assert abs(drawn.var() / values[kept].var() - 1) < 0.1
