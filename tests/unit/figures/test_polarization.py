"""Figure of the polarization: the colour of a vector is its direction and its length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import rgb2lab

from ferrotune.figures import style
from ferrotune.figures.polarization import direction_colours, figure_polarization, full_magnitude
from helpers.figure_data import CELL, lattice

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
