"""Blobs at several scales: those of scikit-image for every range of scales, and of two that overlap the larger one."""

import numpy as np
import pytest
from skimage.feature import blob_log

from ferrotune.columns.blob_scales import BlobScales
from helpers.simulated import see

SIGMA = np.arange(1.0, 10.0)


def places(yx):
    return set(map(tuple, np.asarray(yx, int).tolist()))


@pytest.fixture(scope="module")
def film():
    seen = see(dose=40.0, shape=(300, 310))
    return seen.image, BlobScales.of(seen.image, SIGMA, least=0.01)


@pytest.mark.parametrize(("low", "high"), [(0, 8), (2, 5), (1, 2), (4, 4)])
@pytest.mark.parametrize("threshold", [0.01, 0.05, 0.2])
def test_all_ranges_of_scales_have_the_blobs_of_scikit_image(film, low, high, threshold):
    image, scales = film
    known = {"min_sigma": SIGMA[low], "max_sigma": SIGMA[high], "num_sigma": high - low + 1}
    expected = blob_log(image, **known, threshold=threshold, overlap=1.01)  # at 1 it rounds
    assert places(scales.chosen(low, high, threshold, overlap=1.0)) == places(expected[:, :2])


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.6])
def test_columns_apart_are_those_of_scikit_image_whatever_the_overlap(film, overlap):
    image, scales = film
    known = {"min_sigma": 3.0, "max_sigma": 6.0, "num_sigma": 4, "threshold": 0.1}
    expected = blob_log(image, **known, overlap=overlap)
    assert places(scales.chosen(2, 5, 0.1, overlap)) == places(expected[:, :2])


def spots(*places_and_sizes):
    """An image of Gaussian spots (y, x, sigma, height)."""
    y, x = np.mgrid[:60, :80]
    return sum(h * np.exp(-((y - row) ** 2 + (x - col) ** 2) / (2 * s**2)) for row, col, s, h in places_and_sizes)


def test_of_two_that_overlap_the_larger_one_stays():
    scales = BlobScales.of(spots((30, 25, 2, 1.0), (30, 34, 6, 1.0)), SIGMA, least=0.05)
    both, alone = (places(scales.chosen(0, 8, 0.2, overlap)) for overlap in (1.0, 0.0))
    assert len(both) == 2 and len(alone) == 1
    assert next(iter(alone))[1] > 30


def two_of_one_size(sigma, distance):
    """Two blobs of one size, the second one stronger."""
    yx, response = np.array([(30, 30), (30, 30 + distance)]), np.array([0.8, 1.0])
    beside = np.full((2, 2), -np.inf)
    return BlobScales(np.array([sigma]), yx, np.zeros(2, int), np.column_stack([response, beside]))


def test_of_two_of_one_size_the_stronger_one_stays():
    """There the weaker one stays in scikit-image."""
    assert places(two_of_one_size(4.0, 10).chosen(0, 0, 0.1, overlap=0.0)) == {(30, 40)}


def test_discs_may_share_as_much_of_their_area_as_is_allowed():
    """Two discs whose distance is their radius, sqrt(2) sigma, share 39.1 % of their area."""
    blobs = two_of_one_size(10 / np.sqrt(2), 10)
    assert len(blobs.chosen(0, 0, 0.1, 0.392)) == 2
    assert len(blobs.chosen(0, 0, 0.1, 0.390)) == 1


def test_threads_do_not_matter(film):
    image, scales = film
    again = BlobScales.of(image, SIGMA, least=0.01, threads=2)
    for name, values in vars(scales).items():
        assert values.tobytes() == getattr(again, name).tobytes()


def test_an_image_without_blobs_has_none():
    scales = BlobScales.of(np.zeros((40, 40)), SIGMA, least=0.01)
    assert scales.chosen(0, 8, 0.05, 0.5).shape == (0, 2)
