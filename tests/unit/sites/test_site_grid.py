"""Sites find their places on a regular grid, along the lattice and along the diagonals of two sublattices."""

import numpy as np

from ferrotune.sites.site_grid import SiteGrid


def test_every_site_of_a_rotated_lattice_has_a_point_of_its_own():
    angle = np.deg2rad(4)
    lattice = 25.0 * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    index = np.argwhere(np.ones((40, 50)))
    yx = index @ lattice + [300.0, 200.0] + np.random.default_rng(0).normal(0, 1, (2000, 2))
    grid = SiteGrid.of(yx, lattice, 25.0)
    assert grid.known.all() and np.array_equal(np.sort(grid.site.ravel()), np.arange(2000))
    assert np.array_equal(grid.at_sites(grid.gridded(np.arange(2000), -1)), np.arange(2000))
    assert abs(grid.step - 1) < 0.05


def test_a_and_b_columns_together_lie_on_the_diagonals():
    index = np.argwhere(np.ones((20, 20)))
    yx = 20.0 * np.concatenate([index, index + 0.5])
    grid = SiteGrid.of(yx, 20.0 * np.eye(2), 20.0)
    assert len(np.unique(grid.site[grid.known])) == 800
    assert abs(grid.step - np.sqrt(0.5)) < 0.01


def test_domains_are_connected_points_of_like_labels():
    yx = 10.0 * np.argwhere(np.ones((6, 6)))
    labels = np.zeros((6, 6), int)
    labels[0, 0], labels[3:5, 3:5], labels[5, 0] = 1, 1, -1
    domain, of_domain = SiteGrid.of(yx, 10.0 * np.eye(2), 10.0).domains(labels.ravel())
    assert sorted(of_domain.tolist()) == [0, 1, 1] and (domain == -1).sum() == 1


def test_the_window_of_a_large_grid_holds_its_own_sites():
    index = np.argwhere(np.ones((40, 50)))
    index = index[(index[:, 1] < 45) & (index[:, 0] > 1)]
    grid = SiteGrid.of(10.0 * index + np.random.default_rng(0).normal(0, 0.2, index.shape), 10.0 * np.eye(2), 10.0)
    part, sites = grid.window(20)
    assert part.known.all() and part.site.shape == (20, 20) and len(sites) == 400
    inside = np.ptp(index[sites], axis=0).tolist()
    assert inside == [19, 19]
    assert np.array_equal(part.gridded(index[sites], -1)[5, 7], index[sites[part.site[5, 7]]])
    assert np.array_equal(part.at_sites(part.gridded(np.arange(400), -1)), np.arange(400))


def test_a_small_grid_is_its_own_window():
    yx = 10.0 * np.argwhere(np.ones((6, 9)))
    grid = SiteGrid.of(yx, 10.0 * np.eye(2), 10.0)
    part, sites = grid.window(20)
    assert np.array_equal(sites, np.arange(54)) and np.array_equal(part.site, grid.site)
