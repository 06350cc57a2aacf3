"""Halves of a film give the same division where domains are clear, and another where their number is wrong."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ferrotune.judge.divisions import CLUSTERS, HALVES, agreement_with_divisions, divisions_from_halves
from helpers.noisy_sites import sites_of


def quarters(size=48, noise=0.2):
    """Four domains that are alike but for the direction of their polarization, and their labels (site,)."""
    y, x = np.mgrid[:size, :size] // (size // 2)
    field = np.stack([1.0 - 2 * y, 1.0 - 2 * x], axis=-1)
    noisy = gaussian_filter(field, (1, 1, 0)) + noise * np.random.default_rng(0).standard_normal(field.shape)
    return *sites_of(noisy), (2 * y + x).ravel()


def test_domains_are_found_again_from_every_half_and_merged_ones_are_not():
    sites, values, truth = quarters()
    divisions = divisions_from_halves(sites.grid, values, seed=3)
    assert divisions.shape == (len(CLUSTERS), HALVES, len(values))
    assert agreement_with_divisions(truth, divisions) > 0.95
    for merged in (truth // 2, truth % 2, np.minimum(truth, 2)):
        assert agreement_with_divisions(merged, divisions) < 0.8


def test_a_division_that_depends_on_the_half_is_worth_less_than_the_one_that_does_not():
    """Polarization that rotates all the way round the film: any two opposite halves are as good."""
    turn = 2 * np.pi * np.arange(60) / 60
    field = np.repeat(np.stack([np.cos(turn), np.sin(turn)], axis=-1)[:, None], 60, axis=1)
    sites, values = sites_of(field)
    two = (np.sin(turn) > 0).repeat(60).astype(int)
    around = agreement_with_divisions(two, divisions_from_halves(sites.grid, values, seed=0))
    step = agreement_with_divisions(two, divisions_from_halves(sites.grid, np.sign(values) * [0.2, 1.0], seed=0))
    assert step > 0.95 and around < 0.7


@pytest.mark.parametrize("size", [4, 9])
def test_small_films_are_divided_too_and_the_same_seed_gives_the_same(size):
    sites, values, truth = quarters(size - size % 2, noise=0.05)
    divisions = divisions_from_halves(sites.grid, values, seed=1)
    assert np.array_equal(divisions, divisions_from_halves(sites.grid, values, seed=1))
    assert 0 < agreement_with_divisions(truth, divisions) <= 1
