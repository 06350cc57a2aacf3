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
    none = figure_walls(
        image, mask, np.empty((0, 2)), np.empty(0), np.empty((0, 2, 2)), ["no walls above noise"], CELL, None
    )
    assert "no walls above noise" in written(none)
    assert not none.axes[0].lines
