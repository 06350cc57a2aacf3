"""Straight segments of points and Hough lines that are written down."""

import numpy as np
import pytest

from ferrotune.walls.segments import straight_segments

SAMPLES = 8


def straight(first, last, count):
    return np.linspace(first, last, count)


def ends(points):
    return points[[0, -1]]


def test_lines_of_one_straight_wall_are_merged():
    wall = straight([40.0, 0.0], [40.0, 160.0], 321)
    lines = np.array([ends(wall[:150]), ends(wall[120:200]), ends(wall[220:])])
    segments, of_wall = straight_segments(wall, np.array([0]), lines, SAMPLES)
    assert of_wall.tolist() == [0]
    assert segments[0] == pytest.approx(ends(wall), abs=1e-6)


def test_a_corner_separates_two_segments_and_walls_stay_apart():
    down, right = straight([0.0, 0.0], [80.0, 0.0], 161), straight([80.0, 0.5], [80.0, 80.0], 160)
    other = straight([80.0, 100.0], [80.0, 180.0], 161)
    points, starts = np.concatenate([down, right, other]), np.array([0, len(down) + len(right)])
    lines = np.array([ends(down), ends(right), ends(other)])
    segments, of_wall = straight_segments(points, starts, lines, SAMPLES)
    assert of_wall.tolist() == [0, 0, 1]
    assert np.hypot(*(segments[:, 1] - segments[:, 0]).T) == pytest.approx([80, 80, 80], abs=SAMPLES)


def test_a_wall_far_from_every_line_has_no_segment():
    wall = straight([40.0, 0.0], [40.0, 160.0], 321)
    segments, of_wall = straight_segments(wall, np.array([0]), np.array([[[100.0, 0.0], [100.0, 160.0]]]), SAMPLES)
    assert segments.shape == (0, 2, 2) and of_wall.shape == (0,)
