"""Agreement measures against answers known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import distance_transform_edt

from ferrotune.reference import scores

CELL = 10.0


def lattice(n=40):
    """(n * n, 2) positions of a square lattice, px, row by row."""
    y, x = np.mgrid[:n, :n]
    return np.column_stack([y.ravel(), x.ravel()]) * CELL


def test_labels_at_sites_by_hand():
    cells = np.array([[0, 0], [0, 10], [10, 0], [10, 10], [0, 20], [10, 20]], float)
    label = np.array([3, 3, 3, 7, 7, 7])
    corners = np.array([[5.2, 4.9], [5.0, 15.1]])  # of cells 3, 3, 3, 7, and of 3, 7, 7, 7
    np.testing.assert_array_equal(scores.labels_at(corners, cells, label, CELL), [3, 7])
    # a cell's own centre has its label, whatever its neighbours'; far from all there is none
    centres = np.array([[0.3, 9.8], [10, 10], [40, 40]])
    np.testing.assert_array_equal(scores.labels_at(centres, cells, label, CELL), [3, 7, -1])


def test_a_site_on_the_wall_has_the_label_of_the_nearest_cell():
    """Two cells of each label around it: it lies a little to the right, then a little to the left."""
    cells, label = np.array([[0, 0], [0, 10], [10, 0], [10, 10]], float), np.array([0, 1, 0, 1])
    np.testing.assert_array_equal(scores.labels_at([[5, 5.2], [5, 4.8]], cells, label, CELL), [1, 0])
    assert scores.labels_at([[5, 5]], cells, label, CELL)[0] in (0, 1)
    np.testing.assert_array_equal(scores.labels_at([[5, 5]], cells, np.array([-1, -1, -1, 1]), CELL), [-1])


def test_labels_at_shuffled_and_shifted_positions_are_their_own():
    rng = np.random.default_rng(3)
    yx = lattice(12)
    label = rng.integers(0, 4, len(yx))
    order = rng.permutation(len(yx))
    moved = yx[order] + rng.uniform(-1.5, 1.5, yx.shape)
    np.testing.assert_array_equal(scores.labels_at(yx, moved, label[order], CELL), label)


def test_labels_at_nothing():
    assert len(scores.labels_at(np.empty((0, 2)), lattice(2), np.zeros(4, int), CELL)) == 0
    np.testing.assert_array_equal(scores.labels_at(lattice(2), np.empty((0, 2)), np.empty(0, int), CELL), [-1] * 4)


def test_walls_within_tolerance():
    real, found = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    real[:, 10] = True
    found[:, 14] = True
    assert scores.wall_precision_recall(found, real, 4, 1.0) == (1.0, 1.0, 1.0)
    assert scores.wall_precision_recall(found, real, 4, 0.9) == (0.0, 0.0, 0.0)


def test_a_spurious_wall_costs_precision_and_a_missed_one_recall():
    one, two = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    one[:, 5] = True
    two[:, [5, 30]] = True
    assert scores.wall_precision_recall(two, one, 4) == pytest.approx((0.5, 1.0, 2 / 3))
    assert scores.wall_precision_recall(one, two, 4) == pytest.approx((1.0, 0.5, 2 / 3))


def test_conventions_for_empty_wall_maps():
    none, some = np.zeros((5, 5), bool), np.eye(5, dtype=bool)
    assert scores.wall_precision_recall(none, none, 8) == (1.0, 1.0, 1.0)
    assert scores.wall_precision_recall(none, some, 8) == (0.0, 0.0, 0.0)
    assert scores.wall_precision_recall(some, none, 8) == (0.0, 0.0, 0.0)


@given(arrays(bool, (9, 12)), st.integers(0, 60).map(lambda tenths: tenths / 10))
def test_within_is_what_a_distance_transform_says(targets, reach):
    expected = distance_transform_edt(~targets) <= reach if targets.any() else np.zeros_like(targets)
    np.testing.assert_array_equal(scores.within(targets, reach), expected)
