"""Specks and sites that noise decides are undecided."""

import numpy as np

from ferrotune.judge.undecided import decided_labels, without_specks
from helpers.noisy_sites import sites_of, two_domains


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
