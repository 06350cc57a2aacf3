"""Figure of the films of a series: one scale of the polarization, whatever the film; the masked part is left out."""

import numpy as np
import pytest

from ferrotune.figures import style
from ferrotune.figures.polarization import direction_colours
from ferrotune.figures.series_images import Film, figure_series_images
from helpers.figure_data import CELL, lattice
from helpers.written import written

NAN = np.nan


def film(length, title="film", pixel_size_pm=15.6, masked=0):
    """A film whose polarization points right by `length` cells, with `masked` rows of px below it."""
    yx, mask = lattice(), np.ones((120, 140), bool)
    mask[120 - masked :] = False
    image = np.random.default_rng(0).random(mask.shape)
    polarization = np.broadcast_to([0.0, length * CELL], yx.shape)
    return Film(title, image, mask, yx, polarization, CELL, pixel_size_pm)


def panels(figure, row):
    """Axes of one of the four rows of panels, from left to right; the last axes are the key."""
    return figure.axes[row:-1:4]


def test_all_films_have_one_scale_of_the_polarization():
    figure = figure_series_images([film(0.2, "strong"), film(0.1, "weak")])
    strong, weak = (axes.images[0].get_array()[30, 30] / 255 for axes in panels(figure, 2))
    np.testing.assert_allclose(strong, direction_colours([0.0, 1.0], 1.0), atol=0.01)
    np.testing.assert_allclose(weak, direction_colours([0.0, 0.5], 1.0), atol=0.01)
    left, right = (axes.get_xlim() for axes in panels(figure, 3))
    assert left == right == pytest.approx((-1.1 * 0.2 * CELL * 15.6, 1.1 * 0.2 * CELL * 15.6))
    assert "strong" in written(figure) and "weak" in written(figure) and "(pm)" in written(figure)


def test_the_middle_is_that_of_the_part_with_signal():
    (axes,) = panels(figure_series_images([film(0.1, masked=40)]), 1)
    left, right, bottom, top = axes.images[0].get_extent()
    assert (top + bottom) / 2 == pytest.approx(40, abs=1) and (left + right) / 2 == pytest.approx(70, abs=1)
    assert right - left == pytest.approx(8 * CELL)


@pytest.mark.parametrize("count", [1, 7])
def test_a_film_without_polarization_or_pixel_size_and_more_films_than_a_row_holds(count):
    films = [film(NAN, pixel_size_pm=None)] * count
    figure = figure_series_images(films)
    assert len(figure.axes) == 4 * count + 1 and "(px)" in written(figure)
    assert style.render(figure, "png") == style.render(figure, "png")
