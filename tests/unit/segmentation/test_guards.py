"""Statuses of label maps that show domains, one cluster, or noise."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferrotune.segmentation import guards
from ferrotune.sites.neighbourhood import Neighbourhood, site_graph
from ferrotune.walls import NO_WALLS_AT_ALL, Walls
from helpers.drawn import square_lattice

CELL = 26.0
ONE = Walls(np.array([[[0.0, 0.0], [0.0, 9.0]]]), [], [], [])


def joins(labels, edges):
    return np.count_nonzero(labels[edges[:, 0]] == labels[edges[:, 1]])


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
    yx = square_lattice(40, 40, CELL)
    return yx / CELL, site_graph(yx, CELL)


@pytest.fixture(scope="module")
def near():
    return Neighbourhood.of(square_lattice(40, 40, CELL), CELL)


def scores_of(labels, noise=0.2):
    """Descriptors of sites whose labels are all that tells them apart."""
    labels = np.asarray(labels)
    ends = np.eye(max(labels.max() + 1, 2))[np.clip(labels, 0, None)]
    return ends + np.random.default_rng(9).normal(0, noise, ends.shape)


def verdict(labels, near, walls, seed=0):
    return guards.status(labels, scores_of(labels), near, walls, seed)


def test_domains_are_above_noise_and_need_a_wall(grid, near):
    yx, _ = grid
    labels = (yx[:, 0] + 0.4 * yx[:, 1] > 25).astype(int)
    assert verdict(labels, near, ONE, 0) == guards.OK
    assert verdict(labels, near, NO_WALLS_AT_ALL, 0) == guards.NO_WALLS


def test_one_label_and_a_sliver_of_another_are_one_cluster(grid, near):
    yx, _ = grid
    labels = np.zeros(len(yx), int)
    assert verdict(labels, near, NO_WALLS_AT_ALL, 0) == guards.ONE_CLUSTER
    labels[:16] = 3
    assert verdict(labels, near, ONE, 0) == guards.ONE_CLUSTER
    labels[:40] = 3
    assert verdict(labels, near, ONE, 0) == guards.OK


def test_salt_and_pepper_is_noise(grid, near):
    yx, _ = grid
    found = [
        verdict(np.random.default_rng(seed).choice(3, len(yx), p=[0.6, 0.3, 0.1]), near, ONE, seed)
        for seed in range(40)
    ]
    # one in a hundred passes by chance: three or more of forty would be a fault of the test's size
    assert found.count(guards.OK) <= 2
    assert set(found) <= {guards.OK, guards.NOT_ABOVE_NOISE}


def test_a_checkerboard_is_not_above_noise(grid, near):
    yx, _ = grid
    labels = (yx.sum(axis=1) % 2).astype(int)
    assert verdict(labels, near, ONE, 0) == guards.NOT_ABOVE_NOISE


def test_where_the_bound_does_not_decide_permutations_do(grid, near):
    yx, edges = grid
    rng = np.random.default_rng(2)
    domains = (yx[:, 1] > 19.5).astype(int)
    labels = np.where(rng.random(len(yx)) < 0.72, rng.integers(0, 2, len(yx)), domains)
    mean, variance = guards._join_moments(np.bincount(labels).astype(float), edges)
    assert 3 < (joins(labels, edges) - mean) / np.sqrt(variance) < 9.9
    assert guards._above_noise(labels, edges, 5)
    assert verdict(labels, near, ONE, 5) == guards.NOT_ABOVE_NOISE  # above chance, yet no domains


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.permutations(range(4)))
def test_status_does_not_know_the_names_of_labels(seed, names):
    near = Neighbourhood.of(square_lattice(8, 8, CELL), CELL)
    labels = np.random.default_rng(seed).integers(0, 4, 64)
    assert verdict(labels, near, ONE, 1) == verdict(np.array(names)[labels], near, ONE, 1)


def test_a_few_sites_without_neighbours_are_not_above_noise():
    near = Neighbourhood.of(np.array([[0.0, 0], [500, 0], [0, 500]]), CELL)
    assert verdict([0, 1, 1], near, ONE) == guards.NOT_ABOVE_NOISE


def test_sharpness_tells_a_wall_from_a_trend_and_from_noise(grid, near):
    yx, edges = grid
    rng = np.random.default_rng(3)
    across = yx @ [0.3, 0.95] - 25
    wall = (across > 0).astype(int)
    trend = (across + rng.normal(0, 6, len(yx)) > 0).astype(int)
    noise = rng.integers(0, 2, len(yx))
    nanodomains = (np.floor(yx[:, 0] / 5) + np.floor(yx[:, 1] / 5)).astype(int) % 2
    assert guards.sharpness(wall, edges, near.around) > 0.8
    assert guards.sharpness(nanodomains, edges, near.around) > 0.5
    assert guards.sharpness(trend, edges, near.around) < 0.3
    assert abs(guards.sharpness(noise, edges, near.around)) < 0.1
    assert verdict(trend, near, ONE, 0) == guards.NOT_ABOVE_NOISE
    assert verdict(nanodomains, near, ONE, 0) == guards.OK


def test_crossing_tells_a_wall_from_a_sharp_front_of_a_trend(grid, near):
    yx, _ = grid
    labels = (yx[:, 1] > 19.5).astype(int)
    step = scores_of(labels, noise=0.1)
    ramp = np.column_stack([yx[:, 1], yx[:, 0]]) + np.random.default_rng(1).normal(0, 0.1, yx.shape)
    assert guards.crossing(step, labels, near.across) > 0.9
    assert guards.crossing(ramp, labels, near.across) == pytest.approx(2.8 / 20, abs=0.05)  # 3 cells of 20
    assert guards.status(labels, step, near, ONE, 0) == guards.OK
    assert guards.status(labels, ramp, near, ONE, 0) == guards.NOT_ABOVE_NOISE


def test_crossing_does_not_know_units_or_names(grid, near):
    yx, _ = grid
    labels = (yx[:, 1] > 10).astype(int) + (yx[:, 0] > 25)
    scores = scores_of(labels)
    assert guards.crossing(3 * scores - 7, 2 - labels, near.across) == pytest.approx(
        guards.crossing(scores, labels, near.across)
    )
