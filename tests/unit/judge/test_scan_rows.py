"""Shifts of single rows are taken off; a wall along the rows stays."""

import numpy as np

from ferrotune.judge.scan_rows import without_row_shifts
from helpers.noisy_sites import CELL, sites_of


def test_row_shifts_go_and_a_wall_along_the_rows_stays():
    rng = np.random.default_rng(0)
    wall = np.tanh((np.arange(40) - 19.5) / 1.5)[:, None, None] * np.ones((40, 50, 2))
    shifted = wall + rng.standard_normal((40, 1, 2)) + 0.05 * rng.standard_normal(wall.shape)
    sites, values = sites_of(shifted)
    found = without_row_shifts(sites.grid, values, sites.yx[:, 0] / CELL).reshape(wall.shape)
    before, after = (np.std((of - wall).mean(axis=1)) for of in (shifted, found))
    assert after < 0.5 * before
    assert found[25:].mean() - found[:15].mean() > 1.5
