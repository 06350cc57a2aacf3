"""Files of figures: the same figure gives the same bytes."""

import numpy as np

from ferrotune.figures import style
from ferrotune.figures.columns import figure_columns
from helpers.figure_data import CELL, lattice


def _figure():
    mask = np.ones((120, 140), bool)
    yx = lattice()
    image = np.random.default_rng(1).random(mask.shape)
    return figure_columns(image, mask, yx, np.full(yx.shape, 0.1), np.arange(len(yx)) % 2, CELL, 15.6)


def test_figures_are_the_same_bytes_each_time():
    for file_format in ("png", "pdf", "svg"):
        first, second = (style.render(_figure(), file_format) for _ in range(2))
        assert first == second
        assert b"matplotlib" not in first[:2000].lower()
