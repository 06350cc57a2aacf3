"""Regions of a few cells vary; noise, shifted rows and slow trends do not."""

import numpy as np
from scipy.ndimage import gaussian_filter

from ferrotune.judge.variation import variation
from ferrotune.segmentation.statuses import VARIES, VARIES_AT_ALL
from helpers.noisy_sites import sites_of, two_domains

RNG = np.random.default_rng(0)
NOISE = 0.3 * RNG.standard_normal((60, 60, 2))


def of(field):
    sites, values = sites_of(field)
    return variation(sites.grid, values)


def test_domains_and_mottle_vary():
    mottle = gaussian_filter(RNG.standard_normal((60, 60, 2)), (3, 3, 0))
    assert of(two_domains(3.0)[0]) > 2 * VARIES
    assert of(mottle / mottle.std() + NOISE) > 2 * VARIES


def test_noise_shifted_rows_and_trends_do_not():
    y, x = np.mgrid[:60, :60] / 60.0
    rows = np.zeros((60, 60, 2))
    rows[..., 1] = RNG.standard_normal(60)[:, None]
    assert of(NOISE) < VARIES / 2
    assert of(NOISE + rows) < VARIES / 2
    assert of(NOISE + np.stack([x**2, x * y], axis=-1)) < VARIES / 2


def test_one_broad_wall_in_much_noise_varies():
    field, _ = two_domains(8.0, size=90, noise=0.7)
    assert of(field) > VARIES_AT_ALL > of(NOISE)


def test_damaged_regions_do_not_hide_domains():
    field, _ = two_domains(3.0)
    field[5:20, 30:50] += 5.0 * RNG.standard_normal((15, 20, 2))
    assert of(field) > 2 * VARIES
