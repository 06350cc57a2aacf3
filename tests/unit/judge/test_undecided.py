"""Specks and outliers beside holes are undecided; domains that reach the border are not."""

import numpy as np

from ferrotune.judge.undecided import decided_labels, outliers_at_borders, without_specks
from ferrotune.sites.sites import Sites
from helpers.noisy_sites import CELL, sites_of, two_domains


def test_a_speck_is_undecided_and_a_domain_is_not():
    sites, _ = sites_of(np.zeros((20, 20, 2)))
    labels = np.zeros((20, 20), int)
    labels[3:5, 3:5], labels[10:13, 10:13] = 1, 1  # 4 and 9 cells
    found = without_specks(sites.grid, labels.ravel()).reshape(20, 20)
    assert (found[3:5, 3:5] == -1).all() and (found[10:13, 10:13] == 1).all() and (found == -1).sum() == 4


def test_sites_that_noise_decides_are_undecided():
    field, truth = two_domains(2.0, noise=0.05)
    sites, values = sites_of(field)
    wrong = truth.copy()
    lone = np.ravel_multi_index((30, 10), (60, 60))
    wrong[lone] = 1 - truth[lone]
    found = decided_labels(sites.grid, wrong, values)
    assert found[lone] == -1 and (found == truth).mean() > 0.99


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
