"""Preprocessing: the background and its contrast are removed, and masked pixels have no effect."""

import numpy as np
import pytest

from ferrotune.images.preprocessing import preprocess

SHAPE = (90, 110)


def columns_of(cell, shape):
    y, x = np.indices(shape)
    return np.cos(2 * np.pi * y / cell) + np.cos(2 * np.pi * x / cell)


def test_a_slow_background_and_its_contrast_are_removed():
    """Thickness scales the columns and raises the background: both are removed."""
    cell, shape = 12.0, (240, 252)
    thickness = 1.0 + 0.5 * np.linspace(0, 1, shape[1])
    image = (thickness * (columns_of(cell, shape) + 4.0)).astype(np.float32)
    mask = np.ones(shape, bool)
    flat = preprocess(image, mask, cell, flatten=2, denoise="none")
    left, right = flat[48:-48, 48:96], flat[48:-48, -96:-48]
    assert abs(left.mean()) < 0.02 and abs(right.mean()) < 0.02
    assert right.std() == pytest.approx(left.std(), rel=0.02)
    assert flat[48:-48, 48:-48].std() == pytest.approx(1.0, abs=0.05)


def test_without_preprocessing_the_image_is_unchanged():
    image = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    assert np.array_equal(preprocess(image, np.ones(SHAPE, bool), 12.0, 0, "none"), image)


def test_denoising_is_a_gaussian_that_keeps_the_mean():
    noise = np.random.default_rng(0).normal(size=(200, 200)).astype(np.float32)
    smooth = preprocess(noise + 3, np.ones(noise.shape, bool), 12.0, 0, "gaussian 2.0")
    assert smooth.std() == pytest.approx(1 / (2 * np.sqrt(np.pi) * 2.0), rel=0.1)
    assert preprocess(np.full(SHAPE, 3.0, np.float32), np.ones(SHAPE, bool), 12.0, 0, "gaussian 2.0") == pytest.approx(
        3.0
    )


@pytest.mark.parametrize(
    ("flatten", "denoise"),
    [
        (0, "none"),
        (0, "gaussian 1.5"),
        (2, "none"),
        (1, "gaussian 1"),
        (1, "median 1"),
        (1, "total_variation 0.2"),
    ],
)
def test_masked_pixels_do_not_leak(flatten, denoise):
    image = columns_of(12.0, (150, 160)).astype(np.float32) + 4
    mask = np.ones(image.shape, bool)
    mask[60:90, 40:110] = False
    ready = [preprocess(np.where(mask, image, fill), mask, 12.0, flatten, denoise) for fill in (0.0, 1e4)]
    assert np.array_equal(ready[0], ready[1])
    assert (ready[0][~mask] == 0).all()
    assert np.isfinite(ready[0]).all() and ready[0].dtype == np.float32


def test_flattening_does_not_depend_on_the_units():
    image = columns_of(12.0, (150, 160)).astype(np.float32) + 4
    mask = np.ones(image.shape, bool)
    plain, scaled = (preprocess(image * f + o, mask, 12.0, 2, "gaussian 1") for f, o in ((1, 0), (50, 300)))
    assert scaled == pytest.approx(plain, abs=2e-3)
