"""Figure of the polarization: the colour of a vector is its direction and its length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import rgb2lab

from ferrotune.figures import style
from ferrotune.figures.polarization import arrow_means, direction_colours, figure_polarization, full_magnitude
from helpers.figure_data import CELL, lattice
from helpers.written import written

NAN = np.nan


def test_opposite_directions_have_opposite_hues_and_none_is_white():
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    vectors = np.column_stack([np.sin(angle), np.cos(angle)])
    lab, opposite = rgb2lab(direction_colours(vectors, 1.0)), rgb2lab(direction_colours(-vectors, 1.0))
    cosine = (lab[:, 1:] * opposite[:, 1:]).sum(axis=1)
    cosine /= np.linalg.norm(lab[:, 1:], axis=1) * np.linalg.norm(opposite[:, 1:], axis=1)
    assert cosine.max() < -0.9
    np.testing.assert_allclose(direction_colours(np.zeros((1, 2)), 1.0), 1.0, atol=0.01)
    # even steps of direction are even steps to the eye: no step is twice another
    steps = np.linalg.norm(np.diff(lab, axis=0, append=lab[:1]), axis=1)
    assert steps.max() < 2 * steps.min()


@given(st.floats(0, 2 * np.pi), st.floats(0.05, 1.0))
def test_colour_depends_on_direction_and_share_alone(angle, share):
    vector = share * np.array([np.sin(angle), np.cos(angle)])
    one = direction_colours(vector, 1.0)
    np.testing.assert_allclose(direction_colours(15.6 * vector, 15.6), one, atol=1e-6)
    # a longer vector is further from white
    weaker = direction_colours(0.5 * vector, 1.0)
    assert np.linalg.norm(rgb2lab(one) - [100, 0, 0]) > np.linalg.norm(rgb2lab(weaker) - [100, 0, 0])


def test_unknown_polarization_is_grey_and_noise_does_not_fill_the_scale():
    assert np.ptp(direction_colours([[NAN, 1.0]], 1.0)) == 0
    noise = np.random.default_rng(0).normal(0, 0.01 * CELL, (500, 2))
    assert full_magnitude(noise, CELL) == pytest.approx(0.1 * CELL)
    assert full_magnitude(np.full((500, 2), 0.2 * CELL), CELL) == pytest.approx(0.2 * CELL * np.sqrt(2))
    assert full_magnitude(np.full((5, 2), NAN), CELL) > 0


def test_polarization_figure_survives_cells_without_a_b_column():
    yx = lattice()
    p = np.full(yx.shape, NAN)
    flat = np.full(len(yx), CELL)
    for polarization in (p, np.where(yx[:, :1] > 50, p, 0.5)):
        figure = figure_polarization(yx, polarization, flat, flat, 9 * flat, 0.1, np.ones((120, 140), bool), CELL, None)
        assert style.render(figure, "png")[:4] == b"\x89PNG"


@pytest.mark.parametrize(("rows", "columns"), [(8, 9), (12, 40), (40, 40)])
def test_arrows_are_evenly_spaced_whatever_the_places_of_the_cells(rows, columns):
    rng = np.random.default_rng(0)
    yx = lattice(rows, columns) + rng.uniform(-1, 1, (rows * columns, 2))
    mask = np.ones((10 * rows, 10 * columns), bool)
    places, means, spacing = arrow_means(yx, np.tile([1.0, -2.0], (len(yx), 1)), mask, CELL)
    np.testing.assert_allclose(means, np.tile([1.0, -2.0], (len(places), 1)))
    for along, side in zip(places.T, mask.shape, strict=True):
        at = np.unique(along.round(6))
        np.testing.assert_allclose(np.diff(at), spacing)
        assert at[0] == pytest.approx(side - 1 - at[-1])  # as far from one edge as from the other
    assert len(places) >= 0.9 * np.prod([side // spacing for side in mask.shape]) > 5


def test_there_are_no_arrows_where_the_polarization_is_unknown_and_a_key_says_how_many_cells_have_none():
    yx, mask = lattice(), np.ones((120, 140), bool)
    polarization = np.where(yx[:, :1] > 60, NAN, [[1.0, 0.0]])
    places, _, _ = arrow_means(yx, polarization, mask, CELL)
    assert len(places) and places[:, 0].max() < 70
    flat = np.full(len(yx), CELL)
    figure = figure_polarization(yx, polarization, flat, flat, 9 * flat, 0.1, mask, CELL, None)
    assert "no polarization: 84 of 168 cells" in written(figure)
    known = figure_polarization(yx, np.ones(yx.shape), flat, flat, 9 * flat, 0.1, mask, CELL, None)
    assert "no polarization" not in written(known)
