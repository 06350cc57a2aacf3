"""What of an image is analysed: all of a good one, the inverse of a dark one, the largest of several crystals."""

import numpy as np
import pytest

from ferrotune.columns.analysed_image import analysed_image, rotation_deg
from ferrotune.columns.lattice import Lattice
from ferrotune.errors import InputError
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

SETTINGS = {"cell_px": (16.0, 16.2), "probe_sigma_px": 3.0, "pixel_size_pm": 25.0, "shape": (400, 400), "drift_px": 0.0}
ALL = np.ones(SETTINGS["shape"], bool)
COUNTS = simulate(Specimen(**SETTINGS), seed=1).image


def test_a_good_image_stays_as_it_is():
    image, mask = prepare(COUNTS, ALL)
    found = analysed_image(image, mask)
    assert found.image is image and found.mask is mask
    assert found.remarks() == [] and found.doubts() == [] and sorted(found.arrays()) == ["image", "mask"]


def test_of_dark_columns_the_inverse_is_analysed():
    bright, _ = prepare(COUNTS, ALL)
    found = analysed_image(*prepare(COUNTS.max() - COUNTS, ALL))
    assert found.contrast == "dark" and found.remarks() == ["columns are dark: the inverse image is analysed"]
    assert found.image == pytest.approx(bright, abs=1e-5)
    assert np.array_equal(analysed_image(bright, ALL, "dark").image, prepare(1 - bright, ALL)[0])


def test_the_largest_crystal_is_analysed_and_a_line_says_so():
    other = simulate(Specimen(**SETTINGS, lattice_rotation_deg=-19.3), seed=1).image
    counts = np.where(np.indices(ALL.shape)[1] < 250, COUNTS, other)
    counts[300:] = np.random.default_rng(0).poisson(3, (100, 400))
    found = analysed_image(*prepare(counts, ALL))
    assert found.mask[:290, :234].all() and not found.mask[:, 266:].any() and not found.mask[316:].any()
    (doubt,) = found.doubts()
    assert doubt.startswith("2 crystals: 4") and "rotated by 20 degrees; the largest is analysed" in doubt
    (remark,) = found.remarks()
    assert remark.endswith("% of the image shows no crystal and is masked")
    assert sorted(found.arrays()) == ["crystals", "image", "mask", "whole"]
    assert np.percentile(found.image[found.mask], [0.5, 99.5]) == pytest.approx([0, 1], abs=1e-5)


def test_without_a_lattice_the_image_is_left_for_the_columns_to_refuse():
    image, mask = prepare(np.random.default_rng(0).normal(size=ALL.shape), ALL)
    found = analysed_image(image, mask)
    assert found.crystals is None and found.image is image and found.mask is mask


def test_an_unknown_contrast_is_refused():
    with pytest.raises(InputError, match="contrast 'grey' is unknown; give one of: auto, bright, dark"):
        analysed_image(*prepare(COUNTS, ALL), "grey")


def test_rotation_is_the_smallest_of_the_vectors():
    square = Lattice(np.array([16.0, 0.0]), np.array([0.0, 16.0]))
    angle = np.radians(-20)
    other = Lattice(16 * np.array([np.cos(angle), np.sin(angle)]), 16 * np.array([-np.sin(angle), np.cos(angle)]))
    assert rotation_deg(square, other) == pytest.approx(-20)
