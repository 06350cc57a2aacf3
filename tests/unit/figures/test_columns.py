"""Figure of the columns: it states their error, and draws only those that are seen."""

import numpy as np
from matplotlib.collections import PathCollection

from ferrotune.figures.columns import figure_columns
from helpers.figure_data import CELL, lattice
from helpers.written import written


def _columns_figure(pixel_size_pm=15.6):
    rng = np.random.default_rng(1)
    yx, mask = lattice(), np.ones((120, 140), bool)
    mask[:20, :20] = False
    sublattice = np.arange(len(yx)) % 2
    return figure_columns(rng.random(mask.shape), mask, yx, np.full(yx.shape, 0.1), sublattice, CELL, pixel_size_pm)


def test_columns_figure_states_the_position_error():
    assert "A 1.6 pm, B 1.6 pm" in written(_columns_figure())
    assert "A 0.100 px, B 0.100 px" in written(_columns_figure(None))


def test_only_columns_in_the_magnified_part_are_drawn():
    yx, mask = CELL * np.stack(np.mgrid[:60, :60], axis=-1).reshape(-1, 2), np.ones((600, 600), bool)
    figure = figure_columns(np.ones(mask.shape), mask, yx, yx, np.zeros(len(yx), int), CELL, None)
    (marks,) = (c for c in figure.axes[1].collections if isinstance(c, PathCollection))
    assert 12**2 <= len(marks.get_offsets()) <= 14**2
