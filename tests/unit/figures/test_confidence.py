"""Figure of the confidence: sites fade and walls thin with the share of trials that confirm them."""

import numpy as np

from ferrotune.figures import palette, style
from ferrotune.figures.confidence import figure_confidence
from helpers.figure_data import CELL, lattice, selected_of
from helpers.written import written

NAN = np.nan


def _confidence_figure(shares, chance):
    labels, selected = selected_of(shares)
    by_chance = {"chance": chance, "wall_chance": chance}
    image, mask = np.zeros((120, 140)), np.ones((120, 140), bool)
    lines = (["of sites"], ["of walls"])
    return figure_confidence(image, mask, lattice(), labels, selected, by_chance, lines, CELL, 15.6)


def test_sites_fade_and_walls_thin_with_what_confirms_them():
    figure = _confidence_figure([1.0, 0.25], 0.5)
    drawn = figure.axes[0].images[0].get_array() / 255
    left, right = drawn[40, 20], drawn[40, -20]
    np.testing.assert_allclose(left, palette.domain_colour(0), atol=1 / 255)
    share = palette.PALEST + (1 - palette.PALEST) * 0.25
    np.testing.assert_allclose(right, 1 - share * (1 - np.array(palette.domain_colour(1))), atol=1 / 255)
    casing, walls = figure.axes[1].collections
    np.testing.assert_allclose(walls.get_segments()[0], [[40, 10], [40, 60]])  # (x, y), px
    assert (np.array(casing.get_linewidths()) > walls.get_linewidths()).all()
    sure, unsure = walls.get_linewidths()[0], walls.get_linewidths()[-1]
    assert sure > 2 * unsure
    assert walls.get_colors()[0].sum() < walls.get_colors()[-1].sum()  # darker
    assert written(figure).count("chance") == 2
    assert style.render(figure, "pdf")


def test_without_a_trial_to_compare_with_nothing_fades_and_no_key_is_drawn():
    figure = _confidence_figure([NAN, NAN], None)
    assert len(figure.axes) == 2
    np.testing.assert_allclose(
        figure.axes[0].images[0].get_array()[40, 20] / 255, palette.domain_colour(0), atol=1 / 255
    )
    grey = figure.axes[1].collections[1].get_colors()
    np.testing.assert_allclose(grey[:, :3], 0.5)
