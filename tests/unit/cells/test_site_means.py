"""Weighted means over the neighbourhood of sites, of a known profile."""

import numpy as np
import pytest

from ferrotune.cells.site_means import local_mean


@pytest.mark.parametrize("cells", [0.5, 1.0, 3.0])
def test_a_mean_is_that_of_a_gaussian_over_the_sites(cells):
    index = np.argwhere(np.ones((41, 41))) - 20.0
    step = np.sign(index[:, 1] + 0.5)
    mean = local_mean(step[:, None], np.ones(len(index)), 26.0 * index, 26.0 * cells)[:, 0]
    row = np.arange(-20, 21)
    weight = np.exp(-((row[:, None] - row) ** 2) / (2 * cells**2))
    expected = (weight * np.sign(row + 0.5)).sum(axis=1) / weight.sum(axis=1)
    assert mean.reshape(41, 41) == pytest.approx(np.tile(expected, (41, 1)), abs=0.02)


def test_means_are_weighted_and_keep_constants():
    yx = 26.0 * np.argwhere(np.ones((9, 9)))
    rng = np.random.default_rng(0)
    values, weight = rng.normal(size=(81, 2)), rng.uniform(0.1, 1, 81)
    assert local_mean(np.ones((81, 1)), weight, yx, 30.0) == pytest.approx(1)
    wide = local_mean(values, weight, yx, 1e5)
    assert wide == pytest.approx(np.tile(np.average(values, axis=0, weights=weight), (81, 1)), abs=1e-4)
