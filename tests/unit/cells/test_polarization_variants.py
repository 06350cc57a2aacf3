"""Variants of polarization maps with known domains."""

import numpy as np
import pytest

from ferrotune.cells.polarization_variants import clusters_at, polarization_clusters, polarization_variants
from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.sublattices import A, B
from ferrotune.reference.scores import labels_at
from ferrotune.segmentation.agreement import ari
from helpers.simulated import demo_specimens, see

CELL = 10.0


def lattice(n=40):
    """(n * n, 2) positions of a square lattice, px, row by row."""
    y, x = np.mgrid[:n, :n]
    return np.column_stack([y.ravel(), x.ravel()]) * CELL


def purity(found, truth):
    """Share of sites right under the best renaming."""
    return sum(max(((found == k) & (truth == c)).sum() for c in set(truth)) for k in set(found)) / len(truth)


@pytest.mark.parametrize("noise", [0.0, 0.5])
@pytest.mark.parametrize("variants", [2, 3, 4])
def test_variants_of_stripe_domains(variants, noise):
    yx = lattice()
    truth = (yx[:, 1] // (10 * CELL)).astype(int) % variants
    angle = 2 * np.pi * truth / variants + 0.3
    polarization = np.column_stack([np.sin(angle), np.cos(angle)])
    polarization += noise * np.random.default_rng(0).normal(size=polarization.shape)
    labels = polarization_variants(polarization, yx, CELL)
    assert set(labels) == set(range(variants))
    assert purity(labels, truth) > 0.95


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("corner", [(0.5, 0.5), (0.8, 0.75), (0.88, 0.85)])
@pytest.mark.parametrize("angle", [0.0, 0.6])
def test_four_variants_are_distinguished_however_small_one_is(corner, noise, angle):
    """A closure domain, cropped: the smallest of the four has a quarter to a fiftieth of the image."""
    yx = lattice(60)
    y, x = (yx - np.array(corner) * 60 * CELL).T
    y, x = y * np.cos(angle) - x * np.sin(angle), y * np.sin(angle) + x * np.cos(angle)
    truth = np.where(y < 0, np.where(x < 0, 0, 1), np.where(x < 0, 3, 2))
    angle = np.pi / 2 * truth + 0.3
    polarization = np.column_stack([np.sin(angle), np.cos(angle)])
    polarization += noise * np.random.default_rng(0).normal(size=polarization.shape)
    labels = polarization_variants(polarization, yx, CELL)
    assert set(labels) == set(range(4))
    assert purity(labels, truth) > 0.97


@pytest.mark.parametrize("film, variants, least", [("Sm_7", 2, 0.95), ("Sm_13", 4, 0.85), ("Sm_20", 1, 1.0)])
def test_variants_of_the_demo_s_films_are_those_of_their_truth(film, variants, least):
    """From the image: walls, nanodomains of a few cells, and no polarization at all."""
    seen = see(**demo_specimens()[film])
    yx, sublattice, cell_px = seen.columns.fit.yx, seen.columns.sublattice, seen.lattice.cell_px
    cells = build_cells(yx[sublattice == A], yx[sublattice == B], seen.lattice)
    labels = polarization_variants(cells.polarization, cells.yx, cell_px)
    truth = seen.simulation.cells
    assert labels.max() + 1 == variants
    assert ari(labels, labels_at(cells.yx, truth["yx"], truth["domain"], cell_px)) >= least


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_a_single_domain_and_no_polarization_are_one_variant(mean, seed):
    yx = lattice(30)
    polarization = mean + 0.3 * np.random.default_rng(seed).normal(size=yx.shape)
    np.testing.assert_array_equal(polarization_variants(polarization, yx, CELL, seed=seed), 0)


def test_unknown_polarization_has_no_label_and_spoils_no_neighbour():
    yx = lattice(20)
    polarization = np.where(yx[:, 1:] < 10 * CELL, 1.0, -1.0) * np.ones(2)
    polarization[::7, 0] = np.nan
    labels = polarization_variants(polarization, yx, CELL)
    np.testing.assert_array_equal(labels == -1, np.isnan(polarization).any(axis=1))
    known = labels >= 0
    assert purity(labels[known], (yx[known, 1] < 10 * CELL).astype(int)) == 1.0
    assert (polarization_variants(np.full((5, 2), np.nan), yx[:5], CELL) == -1).all()


def test_variants_do_not_depend_on_units_and_repeat():
    yx = lattice(20)
    polarization = np.where(yx[:, 1:] < 10 * CELL, 1.0, -1.0) * [0.2, 1.0]
    polarization += 0.1 * np.random.default_rng(1).normal(size=polarization.shape)
    labels = polarization_variants(polarization, yx, CELL, seed=5)
    np.testing.assert_array_equal(labels, polarization_variants(polarization, yx, CELL, seed=5))
    np.testing.assert_array_equal(labels, polarization_variants(polarization * 1e3, yx * 4, CELL * 4, seed=5))


@pytest.mark.parametrize("k", [2, 3])
def test_clusters_of_polarization_are_numbered_by_direction(k):
    truth = np.random.default_rng(0).integers(0, k, 300)
    angle = np.linspace(-2.5, 2.5, k)
    polarization = np.column_stack([np.sin(angle), np.cos(angle)])[truth]
    polarization += 0.1 * np.random.default_rng(1).normal(size=polarization.shape)
    polarization[::50, 1] = np.nan
    labels, means = polarization_clusters(polarization, k, seed=3)
    np.testing.assert_array_equal(labels, np.where(np.arange(300) % 50 == 0, -1, truth))
    for number in range(k):
        np.testing.assert_allclose(means[number], polarization[labels == number].mean(axis=0))


def test_no_polarization_has_no_clusters():
    labels, means = polarization_clusters(np.full((5, 2), np.nan), 3)
    assert (labels == -1).all() and np.isnan(means).all() and means.shape == (3, 2)


def test_a_site_has_the_cluster_of_the_cells_that_it_belongs_to():
    cells = lattice(6) + CELL / 2
    polarization = np.where(cells[:, 1:] < 3 * CELL, -1.0, 1.0) * [0.5, 1.0]
    polarization[:6] = np.nan  # the uppermost row
    means = np.array([[-0.5, -1.0], [0.5, 1.0]])
    right = (cells[:, 1] > 3 * CELL).astype(int)
    unknown = cells[:, 0] < CELL
    # a B column is its cell's own, an A column that of the four cells around it; left of the wall is left
    np.testing.assert_array_equal(clusters_at(cells, cells, polarization, means, CELL), np.where(unknown, -1, right))
    corners = lattice(5) + CELL
    beside = corners[np.abs(corners[:, 1] - 3 * CELL) > 1]
    found = clusters_at(beside, cells, polarization, means, CELL)
    np.testing.assert_array_equal(found, (beside[:, 1] > 3 * CELL).astype(int))
    at_wall = [[3 * CELL, 3 * CELL - 0.1 * CELL]]
    polarization[cells[:, 1] < 3 * CELL] *= 3  # the mean of two of each is then on the left's side
    assert clusters_at(np.array(at_wall), cells, polarization, means, CELL).tolist() == [0]
    assert (clusters_at(corners, cells, np.full_like(cells, np.nan), means, CELL) == -1).all()
