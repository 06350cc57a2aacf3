"""Raw lines along drawn walls, over tiles that overlap."""

import numpy as np
import pytest

from ferrotune.walls.hough import LINE_LENGTH, TILE, hough_lines, points_along

SAMPLES = 8


def test_lines_run_along_a_wall_through_several_tiles():
    labels = np.zeros((80, round(2.2 * TILE) * SAMPLES), int)
    labels[40:] = 1
    lines = hough_lines(labels, SAMPLES, 0)
    assert np.abs(lines[..., 0] - 39.5).max() <= 1
    assert lines[..., 1].min() < SAMPLES and lines[..., 1].max() > labels.shape[1] - 1 - SAMPLES
    assert np.hypot(*(lines[:, 1] - lines[:, 0]).T).min() >= LINE_LENGTH * SAMPLES - 1


def test_without_a_wall_there_are_no_lines():
    assert hough_lines(np.zeros((50, 50), int), SAMPLES, 0).shape == (0, 2, 2)


def test_points_along_lines_are_no_further_apart_than_the_step():
    lines = np.array([[[0.0, 0.0], [3.0, 4.0]], [[1.0, 1.0], [1.0, 2.0]]])
    points, line = points_along(lines, 0.6)
    assert np.bincount(line).tolist() == [10, 3]
    for k, ends in enumerate(lines):
        of_line = points[line == k]
        assert of_line[[0, -1]] == pytest.approx(ends)
        assert np.hypot(*np.diff(of_line, axis=0).T).max() <= 0.6
