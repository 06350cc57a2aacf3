"""Rows that were shifted come back."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ferrotune.images.straightening import noise_left, straightened


def test_shifted_rows_come_back():
    rng = np.random.default_rng(0)
    image = gaussian_filter(rng.normal(size=(40, 60)), 3.0)
    shift = rng.normal(0, 1.0, 40)
    back = straightened(straightened(image, -shift), shift)
    assert np.abs(back - image)[:, 6:-6].max() < 0.02 * np.ptp(image)


def test_without_shifts_the_image_is_the_same():
    image = np.ones((3, 4))
    assert straightened(image, np.zeros(3)) is image


def test_the_noise_that_is_left_is_that_of_a_shifted_image():
    rng = np.random.default_rng(1)
    noise, shift = rng.normal(size=(300, 400)), rng.normal(0, 1.0, 300)
    assert straightened(noise, shift)[:, 20:-20].var() == pytest.approx(noise_left(shift), rel=0.01)
    assert noise_left(np.zeros(3)) == pytest.approx(1)
