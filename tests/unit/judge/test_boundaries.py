"""Length and direction of boundaries, and distances from them."""

import numpy as np

from ferrotune.judge.boundaries import boundaries_of, distances
from helpers.noisy_sites import sites_of, two_domains


def test_an_inclined_boundary_has_its_length_and_its_distances():
    field, truth = two_domains(2.0)
    sites, _ = sites_of(field)
    found = boundaries_of(sites.grid, truth)
    assert len(found) == 1
    assert abs(found.length[0] - 60 * np.hypot(1, 0.3)) < 3.0
    point, edge, distance = distances(found, sites.grid)
    y, x = point.T.astype(float)
    true = (x - 30 + 0.3 * (y - 30)) / np.hypot(1, 0.3)
    assert (found.of_edge[edge] == 0).all() and np.abs(distance - true).mean() < 0.3


def test_undecided_sites_have_no_boundary():
    sites, _ = sites_of(np.zeros((20, 20, 2)))
    labels = np.zeros((20, 20), int)
    labels[:, 9:11], labels[:, 11:] = -1, 1
    assert len(boundaries_of(sites.grid, labels.ravel())) == 0


def test_stretches_add_up_to_the_boundary():
    field, truth = two_domains(2.0)
    found = boundaries_of(sites_of(field)[0].grid, truth)
    stretches, parent = found.stretches(np.array([True]))
    assert len(stretches) > 2 and (parent == 0).all()
    assert np.isclose(stretches.length.sum(), found.length.sum())
    assert len(found.stretches(np.array([False]))[0]) == 1
