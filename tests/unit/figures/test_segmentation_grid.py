"""Segmentations of all settings: each at the place of its setting, domains in the colours of the reference."""

import numpy as np
import pytest

from ferrotune.figures import style
from ferrotune.figures.palette import domain_colour
from ferrotune.figures.segmentation_grid import figure_segmentations
from helpers.figure_data import lattice
from helpers.map_data import grid_of
from helpers.written import written

MASK = np.ones((120, 140), bool)


def drawn(selected=3):
    """A figure of six settings: the halves of the reference, numbered either way; trial 3 has a site without label."""
    right = (lattice()[:, 1] > 70).astype(int)
    labels = np.stack([right, 1 - right] * 3)
    labels[3, 0] = -1
    ari = np.array([1.0, 0.5, 0.25, 0.75, np.nan, 0.0])
    reference = {"yx": lattice(), "label": right}
    return figure_segmentations(lattice(), labels, grid_of(selected=selected), ari, reference, MASK)


def test_a_domain_has_one_colour_in_all_maps_and_unusable_settings_are_pale():
    maps = [axes.images[0].get_array() / 255 for axes in drawn().axes]
    assert len(maps) == 6
    for trial, picture in enumerate(maps):
        middle = picture.shape[0] // 2
        left, right = picture[middle, 5], picture[middle, -5]
        if trial in (0, 1, 3):  # the reference: of two equal halves the first
            np.testing.assert_allclose(left, domain_colour(0), atol=0.01)
            np.testing.assert_allclose(right, domain_colour(1), atol=0.01)
        else:
            assert left.min() > 0.5 and not np.allclose(left, right)
    assert maps[3][2, 2].min() == 1.0  # undecided


def test_a_setting_is_drawn_at_its_place():
    """The first parameter goes upwards, the second to the right, and both are named with their values."""
    figure = drawn()
    places = np.array([axes.get_position().p0 for axes in figure.axes]).reshape(2, 3, 2)
    assert (np.diff(places[..., 0], axis=1) > 0).all() and (np.diff(places[..., 1], axis=0) > 0).all()
    text = written(figure)
    assert "w1 (cells; px)" in text and "2 (53)" in text and "0.75" in text
    assert "not usable (3 of 6)" in text and "selected: trial 3" in text
    stars = [[c for c in axes.collections if len(c.get_offsets()) and c.get_sizes()[0] == 60] for axes in figure.axes]
    assert [len(of_map) for of_map in stars] == [0, 0, 0, 1, 0, 0]


@pytest.mark.parametrize("selected", [3, None])
def test_the_figure_has_the_same_bytes_each_time(selected):
    assert style.render(drawn(selected), "png") == style.render(drawn(selected), "png")
