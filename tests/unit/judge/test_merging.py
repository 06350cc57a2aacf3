"""Strips that are a wall are merged; a thin domain with a state of its own is not."""

import numpy as np

from ferrotune.judge.merging import crossings_of_variants
from helpers.noisy_sites import sites_of, two_domains


def test_the_strips_of_a_broad_wall_are_merged():
    field, truth = two_domains(10.0, noise=0.1, shape="linear")
    sites, values = sites_of(field)
    strips = np.digitize(values[:, 0], [-0.75, 0.0, 0.75])
    merged = crossings_of_variants(sites.grid, strips, values).labels
    assert len(np.unique(merged)) == 2
    assert ((merged == merged[-1]) == (truth == 1)).mean() > 0.95


def test_a_thin_domain_of_another_state_stays():
    field, _ = two_domains(2.0, noise=0.1)
    labels = np.zeros((60, 60), int)
    labels[:, 30:] = 1
    field[:, 27:33] = [0.0, 2.0]  # not on the way from one to the other
    labels[:, 27:33] = 2
    sites, values = sites_of(field)
    assert len(np.unique(crossings_of_variants(sites.grid, labels.ravel(), values).labels)) == 3


def test_a_plateau_between_two_domains_stays():
    field = np.zeros((60, 60, 2)) + 0.1 * np.random.default_rng(0).standard_normal((60, 60, 2))
    labels = np.digitize(np.arange(60), [24, 36])
    field[:, :, 0] += labels - 1.0  # sharp on both sides, 12 cells thick
    sites, values = sites_of(field)
    found = crossings_of_variants(sites.grid, np.tile(labels, (60, 1)).ravel(), values).labels
    assert len(np.unique(found)) == 3
