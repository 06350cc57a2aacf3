"""Outliers beside holes and damaged regions are found; domains that reach the border, and walls, are kept."""

import numpy as np

from ferrotune.judge.outliers import damaged, outliers_at_borders
from ferrotune.sites.sites import Sites
from helpers.noisy_sites import CELL, sites_of, two_domains


def test_outliers_beside_a_hole_are_found_and_a_domain_at_the_border_is_kept():
    field, _ = two_domains(2.0, noise=0.1)
    yx = CELL * (np.argwhere(np.ones((60, 60))) + 1.0)
    hole = np.hypot(*(yx - 200.0).T) / CELL
    kept = hole > 4
    values = field.reshape(-1, 2)[kept]
    beside = hole[kept] < 5.5
    values[beside] += 5.0
    sites = Sites.of(yx[kept], np.ones((620, 620), bool), CELL)
    found = outliers_at_borders(sites.grid, values)
    assert found[beside].mean() > 0.9
    assert found[~beside].mean() < 0.01


def test_a_damaged_region_is_found_and_a_sharp_wall_is_not():
    field, _ = two_domains(1.0, noise=0.05)
    hurt = np.zeros((60, 60), bool)
    hurt[10:22, 5:17] = True
    field[hurt] += 1.5 * np.random.default_rng(1).standard_normal((hurt.sum(), 2))
    sites, values = sites_of(field)
    found = damaged(sites.grid, values).reshape(60, 60)
    assert found[hurt].mean() > 0.9
    assert found[~hurt].mean() < 0.03  # the rim of the region only
    assert not found[30:].any()


def test_components_that_repeat_do_not_change_the_distance_of_a_site():
    field, _ = two_domains(2.0, noise=0.3)
    sites, values = sites_of(field)
    values[:60:7] += 4.0
    once = outliers_at_borders(sites.grid, values)
    assert once.any() and np.array_equal(outliers_at_borders(sites.grid, np.tile(values, (1, 100))), once)
