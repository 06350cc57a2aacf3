"""What a segmentation knows of its walls and sites, against drawn domains."""

import numpy as np
import pytest

from ferrotune.segmentation.wall_lengths import wall_lengths
from helpers.domains import SITES, WIDTH, YX, ring, wall
from helpers.drawn import drawn


def test_chord_and_arc_of_a_straight_wall_and_of_a_ring():
    straight, circle = drawn(wall(YX), SITES), drawn(ring(YX, 10), SITES)
    assert straight.chord_lengths == pytest.approx(straight.arc_lengths, rel=0.01)
    assert straight.arc_lengths == pytest.approx([WIDTH], rel=0.05)
    assert circle.walls.closed == [True] and circle.chord_lengths.tolist() == [0]
    assert circle.arc_lengths.tolist() == wall_lengths(circle.walls.paths, [True]).tolist()
    assert circle.arc_lengths == pytest.approx([20 * np.pi], rel=0.1)


def test_directions_are_unit_vectors_that_share_the_length_of_their_wall():
    for labels in (wall(YX), ring(YX, 10)):
        segmentation = drawn(labels, SITES)
        (y, x), length = segmentation.directions
        assert np.hypot(y, x) == pytest.approx(1)
        assert length.sum() == pytest.approx(segmentation.arc_lengths.sum())


def test_pairs_of_neighbours_without_a_label_are_left_out():
    labels = wall(YX).astype(int)
    assert len(drawn(labels, SITES).edges) == len(SITES.near.edges)
    labels[7] = -1
    edges = drawn(labels, SITES).edges
    assert len(edges) == len(SITES.near.edges) - (SITES.near.edges == 7).sum() and not (edges == 7).any()
