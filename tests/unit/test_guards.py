"""Statuses of label maps that show domains, one cluster, or noise."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferrotune import guards
from ferrotune.errors import InputError
from ferrotune.walls import Walls

CELL = 26.0
NONE = Walls(np.empty((0, 2, 2)), [], [], [])
ONE = Walls(np.array([[[0.0, 0.0], [0.0, 9.0]]]), [], [], [])


def sites(rows, cols, jitter=0.0):
    yx = np.stack(np.meshgrid(np.arange(rows), np.arange(cols), indexing="ij"), axis=-1).reshape(-1, 2)
    return CELL * yx + np.random.default_rng(0).normal(0, jitter * CELL, yx.shape)


def joins(labels, edges):
    return np.count_nonzero(labels[edges[:, 0]] == labels[edges[:, 1]])


def test_neighbours_are_along_the_edges_of_the_cell():
    edges = guards.site_graph(sites(7, 9, jitter=0.02), CELL)
    assert len(edges) == 6 * 9 + 7 * 8
    assert (edges[:, 0] < edges[:, 1]).all()
    assert set(edges[:, 1] - edges[:, 0]) == {1, 9}
    assert guards.site_graph(np.empty((0, 2)), CELL).shape == (0, 2)
    with pytest.raises(InputError, match="site graph"):
        guards.site_graph([[0.0, np.nan]], CELL)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=5, max_size=6).filter(lambda labels: len(set(labels)) > 1))
def test_join_moments_are_those_of_all_permutations(labels):
    labels = np.array(labels)
    edges = np.array([[0, 1], [1, 2], [0, 3], [1, 4], [3, 4]])
    counted = [joins(np.array(shuffled), edges) for shuffled in permutations(labels)]
    mean, variance = guards._join_moments(np.bincount(labels).astype(float), edges)
    assert mean == pytest.approx(np.mean(counted))
    assert variance == pytest.approx(np.var(counted), abs=1e-9)


@pytest.fixture(scope="module")
def grid():
    yx = sites(40, 40)
    return yx / CELL, guards.site_graph(yx, CELL)


@pytest.fixture(scope="module")
def around():
    return guards.surroundings(sites(40, 40), CELL)


def test_domains_are_above_noise_and_need_a_wall(grid, around):
    yx, edges = grid
    labels = (yx[:, 0] + 0.4 * yx[:, 1] > 25).astype(int)
    assert guards.status(labels, edges, around, ONE, 0) == guards.OK
    assert guards.status(labels, edges, around, NONE, 0) == guards.NO_WALLS


def test_one_label_and_a_sliver_of_another_are_one_cluster(grid, around):
    yx, edges = grid
    labels = np.zeros(len(yx), int)
    assert guards.status(labels, edges, around, NONE, 0) == guards.ONE_CLUSTER
    labels[:16] = 3
    assert guards.status(labels, edges, around, ONE, 0) == guards.ONE_CLUSTER
    labels[:40] = 3
    assert guards.status(labels, edges, around, ONE, 0) == guards.OK
    assert guards.status(np.full(len(yx), -1), edges, around, ONE, 0) == guards.ONE_CLUSTER


def test_salt_and_pepper_is_noise(grid, around):
    yx, edges = grid
    found = [
        guards.status(np.random.default_rng(seed).choice(3, len(yx), p=[0.6, 0.3, 0.1]), edges, around, ONE, seed)
        for seed in range(40)
    ]
    # one in a hundred passes by chance: three or more of forty would be a fault of the test's size
    assert found.count(guards.OK) <= 2
    assert set(found) <= {guards.OK, guards.NOT_ABOVE_NOISE}


def test_a_checkerboard_is_not_above_noise(grid, around):
    yx, edges = grid
    labels = (yx.sum(axis=1) % 2).astype(int)
    assert guards.status(labels, edges, around, ONE, 0) == guards.NOT_ABOVE_NOISE


def test_where_the_bound_does_not_decide_permutations_do(grid, around):
    yx, edges = grid
    rng = np.random.default_rng(2)
    domains = (yx[:, 1] > 19.5).astype(int)
    labels = np.where(rng.random(len(yx)) < 0.72, rng.integers(0, 2, len(yx)), domains)
    mean, variance = guards._join_moments(np.bincount(labels).astype(float), edges)
    assert 3 < (joins(labels, edges) - mean) / np.sqrt(variance) < 9.9
    assert guards._above_noise(labels, edges, 5)
    assert guards.status(labels, edges, around, ONE, 5) == guards.NOT_ABOVE_NOISE  # above chance, yet no domains


def test_sites_without_a_label_take_no_part(grid, around):
    yx, edges = grid
    labels = (yx[:, 1] > 19.5).astype(int)
    labels[yx[:, 0] > 30] = -1
    assert guards.status(labels, edges, around, ONE, 0) == guards.OK
    labels[yx[:, 1] > 19.5] = -1
    assert guards.status(labels, edges, around, ONE, 0) == guards.ONE_CLUSTER


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.permutations(range(4)))
def test_status_does_not_know_the_names_of_labels(seed, names):
    edges, around = guards.site_graph(sites(8, 8), CELL), guards.surroundings(sites(8, 8), CELL)
    labels = np.random.default_rng(seed).integers(0, 4, 64)
    assert guards.status(labels, edges, around, ONE, 1) == guards.status(np.array(names)[labels], edges, around, ONE, 1)


def test_a_few_sites_without_neighbours_are_not_above_noise():
    assert guards.status([0, 1, 1], np.empty((0, 2), int), np.zeros((3, 3)), ONE, 0) == guards.NOT_ABOVE_NOISE


def test_surroundings_weigh_a_gaussian_without_the_nearest_sites(around):
    middle = 20 * 40 + 20
    weights = around[[middle]].toarray().reshape(40, 40)
    assert weights.sum() == pytest.approx(1, abs=1e-5)
    assert weights[20, 20] == weights[20, 21] == weights[21, 21] == 0
    assert weights[20, 24] / weights[20, 22] == pytest.approx(np.exp(-(16 - 4) / 32), rel=1e-5)


def test_sharpness_tells_a_wall_from_a_trend_and_from_noise(grid, around):
    yx, edges = grid
    rng = np.random.default_rng(3)
    across = yx @ [0.3, 0.95] - 25
    wall = (across > 0).astype(int)
    trend = (across + rng.normal(0, 6, len(yx)) > 0).astype(int)
    noise = rng.integers(0, 2, len(yx))
    nanodomains = (np.floor(yx[:, 0] / 5) + np.floor(yx[:, 1] / 5)).astype(int) % 2
    assert guards.sharpness(wall, edges, around) > 0.8
    assert guards.sharpness(nanodomains, edges, around) > 0.5
    assert guards.sharpness(trend, edges, around) < 0.3
    assert abs(guards.sharpness(noise, edges, around)) < 0.1
    assert guards.status(trend, edges, around, ONE, 0) == guards.NOT_ABOVE_NOISE
    assert guards.status(nanodomains, edges, around, ONE, 0) == guards.OK
