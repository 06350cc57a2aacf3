"""Crystals are found where they are; what is one crystal stays whole, however weak in parts."""

import numpy as np
import pytest
from scipy import ndimage

from ferrotune.columns.crystals import find_crystals, is_same
from ferrotune.columns.lattice import Lattice
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

SHAPE = (420, 440)
SIXTEEN_PX = {"cell_px": (16.0, 16.2), "probe_sigma_px": 3.0, "pixel_size_pm": 25.0, "shape": SHAPE}
Y, X = np.indices(SHAPE)
LEFT = X + 0.2 * Y < 320


def film(seed=3, **settings):
    return simulate(Specimen(**SIXTEEN_PX | {"dose": np.inf} | settings), seed).image


def crystals_of(level, dose=60.0):
    return find_crystals(*prepare(np.random.default_rng(2).poisson(level * dose), np.ones(SHAPE, bool)))


@pytest.mark.parametrize("dose", [60.0, 8.0])
@pytest.mark.parametrize("angle", [10.0, 20.0])
def test_two_crystals_are_separated(angle, dose):
    rotated = film(lattice_rotation_deg=0.7 - angle)
    found = crystals_of(np.where(LEFT, film(), rotated), dose)
    assert len(found.lattices) == 2
    assert ((found.region == 1) == LEFT).mean() > 0.98
    assert found.share(0) == 0


def test_a_crystal_of_another_spacing_is_separated():
    other = film(cell_px=(20.0, 20.2), probe_sigma_px=3.7)
    found = crystals_of(np.where(LEFT, film(), other))
    assert sorted(round(lattice.cell_px) for lattice in found.lattices) == [16, 20]
    assert ((found.region == 1) == LEFT).mean() > 0.98


def test_three_crystals_are_separated():
    level = np.where(LEFT, film(), film(lattice_rotation_deg=15.0))
    level = np.where((Y > 220) & LEFT, film(lattice_rotation_deg=-16.0), level)
    found = crystals_of(level)
    assert len(found.lattices) == 3
    assert sum(found.share(number) for number in (1, 2, 3)) == pytest.approx(1.0)


@pytest.mark.parametrize("dose", [60.0, 8.0])
@pytest.mark.parametrize("kind", ["vacuum", "bright_vacuum", "amorphous"])
def test_what_is_no_crystal_is_found(kind, dose):
    speckle = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=SHAPE), 2.4)
    other = {"vacuum": 0.05, "bright_vacuum": 1.3, "amorphous": np.maximum(0.8 + 0.15 * speckle / speckle.std(), 0)}[
        kind
    ]
    found = crystals_of(np.where(LEFT, film(), other), dose)
    assert len(found.lattices) == 1
    assert found.share(0) == pytest.approx(1 - LEFT.mean(), abs=0.04)  # 0.04: one cell along the edge
    assert ((found.region == 1) == LEFT).mean() > 0.96


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"dose": 3.0},
        {"damage_share": 0.4},
        {"damage_share": 0.4, "dose": 10.0},
        {"mistilt": 1.5, "mistilt_shift_pm": 10.0, "dose": 15.0},
        {"mistilt_profile": "varying", "mistilt": 1.0},
        {"weak_share": 0.5, "thickness_variation": 0.4},
        {"drift_px": 15.0, "row_shift_px": 1.0},
        {"column_noise_px": 1.2},
        {"substrate_cells": 6.0},
        {"scan_rotation_deg": 15.0},
        {"holes": 3, "hole_cells": 1.5},
    ],
    ids=str,
)
def test_one_crystal_stays_whole(settings):
    image = film(**{"dose": 100.0, **settings})
    assert find_crystals(*prepare(image, np.isfinite(image))).is_one()


def test_ferroelastic_domains_are_one_crystal():
    """Domains of PbTiO3: c/a = 1.065, down the rows on one side and along them on the other."""
    found = crystals_of(np.where(LEFT, film(cell_px=(16.0, 17.0)), film(cell_px=(17.0, 16.0))))
    assert found.is_one()


def test_an_image_without_a_lattice_has_no_crystal():
    noise = np.random.default_rng(0).normal(size=SHAPE)
    assert find_crystals(noise, np.ones(SHAPE, bool)) is None


def test_lattices_are_compared_by_their_reflections():
    square = Lattice(np.array([16.0, 0.0]), np.array([0.0, 16.0]))
    turned = Lattice(np.array([0.0, 16.0]), np.array([16.0, 0.0]))
    double = Lattice(np.array([32.0, 0.0]), np.array([0.0, 16.0]))
    other = Lattice(np.array([15.0, 5.5]), np.array([-5.5, 15.0]))
    assert is_same(square, turned, exactly=True)
    assert is_same(square, double) and not is_same(square, double, exactly=True)
    assert not is_same(square, other)
