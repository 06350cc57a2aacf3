"""Filters in strips: the same as those of scipy, to the last bit, on any number of threads."""

import numpy as np
import pytest
from scipy import ndimage

from ferrotune.images.smoothing import block_mean, gaussian, local_mean, median
from ferrotune.images.threads import filter_threads, in_strips

SHAPES = [(521, 509), (700, 513)]  # large enough to be shared out


@pytest.fixture(params=[(shape, dtype) for shape in SHAPES for dtype in (np.float32, float)], ids=str)
def image(request):
    shape, dtype = request.param
    return np.random.default_rng(1).normal(size=shape).astype(dtype)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_filters_are_those_of_scipy_on_any_number_of_threads(image, threads):
    with filter_threads(threads):
        for mode in ("reflect", "constant"):
            assert np.array_equal(gaussian(image, 4.3, mode), ndimage.gaussian_filter(image, 4.3, mode=mode))
        assert np.array_equal(median(image), ndimage.median_filter(image, 3))


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 7, 8, 11])
def test_block_means_do_not_depend_on_the_threads(image, factor):
    alone = block_mean(image, factor)
    assert np.array_equal(alone, _means(image, factor))
    with filter_threads(2):
        assert np.array_equal(block_mean(image, factor), alone)


def test_block_means_of_the_parts_of_a_wave_are_numpys_too(image):
    wave = (image[:508, :504] * (1 + 2j)).astype(np.complex64)
    for part, factor in ((wave.real, 4), (wave.imag, 2)):
        assert np.array_equal(block_mean(part, factor), _means(part, factor))


def _means(image, factor):
    """Means of blocks as numpy takes them at once."""
    padded = np.pad(image, [(0, -n % factor) for n in image.shape])
    rows, columns = (n // factor for n in padded.shape)
    return padded.reshape(rows, factor, columns, factor).mean(axis=(1, 3), dtype=np.float32)


def test_local_means_do_not_depend_on_the_threads(image):
    mask = np.random.default_rng(2).random(image.shape) < 0.9
    alone = local_mean(image, mask, 13.0)
    with filter_threads(2):
        assert np.array_equal(local_mean(image, mask, 13.0), alone)


def test_strips_cover_all_rows_once():
    seen = []
    with filter_threads(3):
        in_strips(seen.append, 100, 2**20)
    assert sorted((part.start, part.stop) for part in seen) == [(0, 34), (34, 68), (68, 100)]
