"""A grid of settings: its axes name as many values as there is room for."""

import numpy as np

from ferrotune.figures import setting_grid, style
from helpers.map_data import CELL


def test_a_long_axis_names_every_other_value():
    axes = {"w1": [1.0], "w2": list(range(1, 14))}
    grid = setting_grid.Grid(axes, np.ones(13, bool), np.zeros(13, bool), None, CELL)
    figure = style.new_figure(2, 2)
    panel = figure.add_axes((0.2, 0.2, 0.7, 0.7))
    setting_grid.draw_grid(panel, grid, np.arange(13.0))
    assert panel.get_xticks().tolist() == list(range(0, 13, 2))
