"""Figure of grains: one colour for each crystal, and its share and lattice in the legend."""

import numpy as np

from ferrotune.figures.grains import figure_grains

CRYSTALS = np.repeat(np.array([[-1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 0]], np.int8), 20, axis=0).repeat(20, axis=1)
LATTICES = [[[16.0, 0.0], [0.0, 16.2]], [[15.0, 5.0], [-5.0, 15.0]]]


def legend(**settings):
    image = np.random.default_rng(0).random(CRYSTALS.shape).astype(np.float32)
    figure = figure_grains(image, CRYSTALS, LATTICES, 16.1, **settings)
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_the_legend_gives_shares_of_what_is_not_masked_and_lattices():
    assert legend(pixel_size_pm=None) == [
        "1 (analysed): 60 %, 16 x 16.2 px",
        "2: 30 %, 15.81 x 15.81 px",
        "no crystal: 10 %",
    ]


def test_lengths_are_in_pm_where_the_pixel_size_is_known():
    assert legend(pixel_size_pm=25.0)[0] == "1 (analysed): 60 %, 400 x 405 pm"
