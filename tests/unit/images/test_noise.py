"""Noise as it was made: about a model, by the level, and white noise beside columns."""

import numpy as np
import pytest

from ferrotune.images.noise import image_noise, measure_noise, robust_deviation, white_noise


def columns(shape=(128, 144), cell=16, sigma=3.0):
    """Image (y, x) of columns of height 1 on a square lattice."""
    y, x = (n % cell - cell / 2 for n in np.indices(shape))
    return np.exp(-(y**2 + x**2) / (2 * sigma**2)).astype(np.float32)


@pytest.mark.parametrize(("floor", "slope"), [(0.02, 0.0), (0.004, 0.1), (0.005, 0.05)])
def test_noise_is_measured_as_it_was_made(floor, slope):
    rng = np.random.default_rng(0)
    level = rng.uniform(0.1, 1.1, 100_000)
    residual = rng.normal(size=level.size) * np.sqrt(floor + slope * (level - 0.1))
    noise = measure_noise(residual, level, np.zeros(level.size))
    assert noise.variance(level).mean() == pytest.approx((floor + slope * (level - 0.1)).mean(), rel=0.03)
    assert noise.variance(np.array([1.0]))[0] == pytest.approx(floor + 0.9 * slope, rel=0.05)


def test_dirt_is_no_noise():
    rng = np.random.default_rng(0)
    level, residual = rng.uniform(0, 1, 50_000), rng.normal(0, 0.1, 50_000)
    residual[::1000] = 5.0
    noise = measure_noise(residual, level, np.zeros(level.size))
    assert noise.variance(np.array([0.5]))[0] == pytest.approx(0.01, rel=0.05)


def test_noise_is_measured_beside_the_columns_and_not_beyond_the_mask():
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:400, :400]
    level = 60 + 40 * np.cos(2 * np.pi * y / 20) * np.cos(2 * np.pi * x / 20)
    mask = np.ones(level.shape, bool)
    mask[:40] = False
    image = rng.normal(level, 3)
    image[~mask] = rng.normal(0, 300, image[~mask].shape)
    assert image_noise(image, mask).variance(np.array([60.0])) == pytest.approx(9, rel=0.1)


@pytest.mark.parametrize("sigma", [0.02, 0.1, 0.5])
def test_white_noise_is_distinguished_from_columns(sigma):
    image = columns() + sigma * np.random.default_rng(0).normal(size=(128, 144)).astype(np.float32)
    assert white_noise(image, np.ones(image.shape, bool)) == pytest.approx(sigma, rel=0.05)


def test_a_robust_deviation_is_that_of_normal_values_along_an_axis():
    values = np.random.default_rng(0).normal(0, [1.0, 3.0], (20_000, 2))
    assert robust_deviation(values, axis=0) == pytest.approx([1.0, 3.0], rel=0.03)
