"""What measured films have: the shares, sizes and correlations that were asked for."""

import numpy as np

from ferrotune.simulation import disorder
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

SITES = np.argwhere(np.ones((80, 80))).astype(float)


def test_a_smooth_field_has_its_correlation_length():
    values = np.stack([disorder.smooth_field(SITES, 5.0, np.random.default_rng(s)).reshape(80, 80) for s in range(40)])
    assert abs(values.std() - 1) < 0.1
    assert abs((values[:, :, 5:] * values[:, :, :-5]).mean() / values.var() - np.exp(-0.5)) < 0.1


def test_weak_and_damaged_regions_cover_their_share():
    weak = disorder.weakening(SITES, 0.3, np.random.default_rng(1))
    assert abs((weak < 0.5).mean() - 0.3) < 0.02 and weak.max() <= 1
    assert abs(disorder.damaged(SITES, 0.2, np.random.default_rng(1)).mean() - 0.2) < 0.02


def test_row_shifts_are_alike_over_some_rows():
    shifts = disorder.row_shifts(20000, 0.5, np.random.default_rng(0))
    assert abs(shifts.std() - 0.5) < 0.05
    assert np.corrcoef(shifts[5:], shifts[:-5])[0, 1] > 0.9 > 0.2 > np.corrcoef(shifts[60:], shifts[:-60])[0, 1]


def test_columns_are_missing_in_holes_and_beyond_a_ragged_border():
    plain = {"geometry": "none", "shape": (400, 420), "cell_px": (16.0, 16.0), "probe_sigma_px": 3.0}
    whole, holed = (simulate(Specimen(**plain, **more), 1) for more in ({}, {"holes": 2, "ragged_cells": 4.0}))
    assert len(holed.columns_yx) < len(whole.columns_yx) - 60
    assert np.isfinite(holed.image).all() and np.quantile(holed.image, 0.02) < 0.5 * np.quantile(whole.image, 0.02)
