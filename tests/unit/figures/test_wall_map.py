"""Figure of the walls: paths in pixels, rings closed."""

import numpy as np

from ferrotune.figures.wall_map import figure_walls
from helpers.figure_data import CELL
from helpers.written import written


def test_walls_are_drawn_in_pixels_and_rings_are_closed():
    angle = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    ring = np.column_stack([5 + 3 * np.sin(angle), 6 + 3 * np.cos(angle)])
    line = np.column_stack([np.linspace(1, 11, 41), np.full(41, 12.0)])
    points, wall = np.concatenate([ring, line]), np.repeat([0, 1], [80, 41])
    image, mask = np.zeros((120, 140)), np.ones((120, 140), bool)
    figure = figure_walls(image, mask, points, wall, np.array([[[1, 12], [11, 12.0]]]), ["2 walls"], CELL, None)
    drawn = figure.axes[0].lines[0].get_xydata()
    np.testing.assert_allclose(drawn[80], drawn[0])
    np.testing.assert_allclose(drawn[82:-1, 0], 120)
    none = figure_walls(image, mask, np.empty((0, 2)), np.empty(0), np.empty((0, 2, 2)), ["uniform"], CELL, None)
    assert "uniform" in written(none)
    assert not none.axes[0].lines


def test_a_boundary_that_does_not_stand_is_dashed():
    points, wall = np.array([[1.0, 4], [11, 4], [1, 9], [11, 9]]), np.array([0, 0, 1, 1])
    image, mask, nothing = np.zeros((120, 140)), np.ones((120, 140), bool), np.empty((0, 2, 2))
    known = {"wall_closed": np.zeros(2, bool), "wall_stands": np.array([True, False])}
    figure = figure_walls(image, mask, points, wall, nothing, ["two"], CELL, None, **known)
    dashed = {line.get_xdata()[0] for line in figure.axes[0].lines if line.is_dashed()}
    assert dashed == {90.0}
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "wall",
        "gradual",
    ]
