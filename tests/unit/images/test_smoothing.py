"""Local means: exact where they can be known, blind to what is masked, and the same on blocks as on pixels."""

import numpy as np
import pytest
from scipy import ndimage

from ferrotune.images import smoothing


def test_block_mean_of_a_known_array_and_its_remainder():
    values = np.arange(15.0).reshape(3, 5)
    assert smoothing.block_mean(values, 2) == pytest.approx(np.array([[3, 5, 13 / 4], [21 / 4, 25 / 4, 14 / 4]]))


@pytest.mark.parametrize("sigma", [2.0, 40.0])
def test_a_constant_stays_and_masked_values_do_not_leak(sigma):
    mask = np.ones((150, 170), bool)
    mask[:40] = mask[90:100, 20:60] = False
    values = np.where(mask, 3.5, 1e6)
    assert smoothing.local_mean(values, mask, sigma)[mask] == pytest.approx(3.5, rel=1e-5)


def test_wide_means_on_blocks_match_those_on_pixels(monkeypatch):
    values = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(300, 333)), 8) * 20
    mask = np.ones(values.shape, bool)
    mask[100:140, 50:200] = False
    blocks = smoothing.local_mean(values, mask, 30.0)
    monkeypatch.setattr(smoothing, "FINE_SIGMA", 1e9)
    pixels = smoothing.local_mean(values, mask, 30.0)
    assert np.sqrt(np.mean((blocks - pixels)[mask] ** 2)) < 0.02 * pixels[mask].std()
