"""Columns drawn as Gaussians, round and elongated."""

import numpy as np
import pytest

from helpers.gaussian_columns import PAD, SHAPE, THETA, drawn


def test_columns_are_drawn_as_gaussians():
    y, x = np.indices(SHAPE) - PAD
    expected = sum(a * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * w**2)) for cy, cx, a, w in THETA)
    assert np.abs(drawn(THETA) - expected).max() < 0.005  # the intensity beyond the windows


def test_an_elongation_is_that_of_the_second_moments():
    stretched = drawn(THETA[2:], np.array([[0.1, 0.0]]))
    y, x = np.indices(SHAPE) - PAD - THETA[2, :2, None, None]
    down, along = (float((t**2 * stretched).sum() / stretched.sum()) for t in (y, x))
    # windows of 3.6 widths leave out a little of both
    assert down / along == pytest.approx(1.1 / 0.9, rel=0.02)
