"""Bright and dark columns are distinguished, at any dose and density, on even and uneven ground."""

import numpy as np
import pytest

from ferrotune.columns.contrast import brightness_skewness, with_bright_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

SHAPE = (300, 320)
Y, X = np.indices(SHAPE)
GROUNDS = {
    "even": np.zeros(SHAPE),
    "hill": 2 * np.exp(-((Y - 150.0) ** 2 + (X - 160.0) ** 2) / 2 / 60.0**2),
    "step": 2.0 * (X + 0.2 * Y > 180),
}


def seen(dark, ground="even", dose=100, **settings):
    film = simulate(Specimen(shape=SHAPE, dose=np.inf, **settings), seed=7).image
    film = film / film.max()
    level = (1.5 - film if dark else 0.2 + film) + GROUNDS[ground]
    return prepare(np.random.default_rng(1).poisson(level * dose), np.ones(SHAPE, bool))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("ground", "settings"),
    [
        ("even", {}),
        ("even", {"dose": 10}),
        ("even", {"b_intensity": 0.0}),
        ("even", {"b_intensity": 1.0, "probe_sigma_px": 4.0}),
        ("even", {"probe_sigma_px": 2.0}),
        ("even", {"cell_px": (10.0, 10.4), "probe_sigma_px": 1.9, "pixel_size_pm": 39.0}),
        ("hill", {}),
        ("step", {}),
    ],
    ids=str,
)
def test_contrast_is_recognised(dark, ground, settings):
    image, mask = seen(dark, ground, **settings)
    skewness = brightness_skewness(image, mask, find_lattice(image, mask).cell_px)
    assert (skewness < -0.1) if dark else (skewness > 0.1)


def test_skewness_is_that_of_the_inverse_with_the_other_sign():
    image, mask = seen(False)
    assert brightness_skewness(1 - image, mask, 26.0) == pytest.approx(
        -brightness_skewness(image, mask, 26.0), rel=1e-3
    )


def test_defective_pixels_do_not_matter():
    image, mask = seen(True)
    image[::140, ::140] = 1000.0
    assert brightness_skewness(image, mask, 26.0) < -0.1


def test_the_sheet_overrules():
    image, mask = seen(False)
    assert with_bright_columns(image, mask, 26.0, "bright")[0] is image
    assert with_bright_columns(image, mask, 26.0, "auto") == (image, "bright")
    inverse, contrast = with_bright_columns(image, mask, 26.0, "dark")
    assert contrast == "dark" and np.array_equal(inverse, 1 - image)


def test_without_a_lattice_columns_are_bright():
    image, mask = seen(True)
    assert with_bright_columns(image, mask, None, "auto") == (image, "bright")
