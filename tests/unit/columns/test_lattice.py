"""Lattice vectors and phases of simulated images, and errors where nothing repeats."""

import numpy as np
import pytest
from scipy import ndimage

from ferrotune.columns.lattice import Lattice, LatticePhase, find_lattice
from ferrotune.errors import InputError
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen
from helpers.simulated import IDEAL, see


def true_vectors(specimen):
    angle, shear = np.radians(specimen["lattice_rotation_deg"]), np.radians(specimen["lattice_shear_deg"])
    a, b = specimen["cell_px"]
    return np.array([[a * np.cos(angle), a * np.sin(angle)], [-b * np.sin(angle - shear), b * np.cos(angle - shear)]])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"lattice_rotation_deg": 20.0},
        {"lattice_rotation_deg": -20.0},
        {"lattice_shear_deg": 3.0},
        {"cell_px": (22.0, 30.0)},
        {"cell_px": (10.0, 10.4), "probe_sigma_px": 1.9, "pixel_size_pm": 39.0},
        {"dose": 20.0},
        {"scan_rotation_deg": 10.0},
    ],
    ids=str,
)
def test_vectors_are_those_of_the_specimen(settings):
    seen = see(**{"drift_px": 0.0, **settings})
    assert seen.lattice.vectors == pytest.approx(true_vectors(seen.simulation.settings), abs=0.06)


def test_cell_is_the_root_of_its_area_and_the_reciprocal_is_dual():
    lattice = Lattice(np.array([9.0, 1.0]), np.array([-2.0, 16.0]))
    assert lattice.cell_px == pytest.approx(np.sqrt(9 * 16 + 2))
    assert lattice.reciprocal @ lattice.vectors.T == pytest.approx(np.eye(2))


def test_a_runs_down_the_rows_and_b_along_them():
    for angle in (-20.0, 20.0):
        a, b = see(drift_px=0.0, lattice_rotation_deg=angle).lattice.vectors
        assert a[0] > abs(a[1]) and b[1] > abs(b[0])


def test_masked_pixels_do_not_matter():
    seen = see(**IDEAL)
    mask = np.ones(seen.image.shape, bool)
    mask[150:230, 120:330] = False
    stripes = np.where(mask, seen.image, 5.0 * np.sin(np.arange(seen.image.shape[1]) / 2.0))
    found = find_lattice(stripes, mask).vectors
    assert np.array_equal(found, find_lattice(seen.image, mask).vectors)
    assert found == pytest.approx(true_vectors(seen.simulation.settings), abs=0.06)


def test_phases_are_zero_on_a_and_a_half_on_b():
    seen = see(geometry="none", polarization_pm=0.0, mistilt_shift_pm=0.0)
    phase = LatticePhase(seen.image, seen.mask, seen.lattice)
    fraction = phase(seen.simulation.columns_yx)
    b = seen.simulation.sublattice == 1
    off = np.where(b[:, None], np.abs(fraction) - 0.5, fraction)
    assert np.abs(off).max() < 0.05


def test_phases_follow_drift_that_the_mean_lattice_does_not():
    seen = see(shape=(1024, 300), geometry="none", polarization_pm=0.0, drift_px=15.0, mistilt_shift_pm=0.0)
    a = seen.simulation.columns_yx[seen.simulation.sublattice == 0]
    straight = (a - a[0]) @ seen.lattice.reciprocal.T
    assert np.abs(straight - np.round(straight)).max() > 0.2
    assert np.abs(LatticePhase(seen.image, seen.mask, seen.lattice)(a)).max() < 0.1


@pytest.mark.parametrize("blur", [0.0, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_lattice(blur, seed):
    """Blurred noise is the trap: its autocorrelation has many maxima, of which two always make a basis."""
    noise = np.random.default_rng(seed).normal(size=(700, 700))
    image = ndimage.gaussian_filter(noise, blur) if blur else noise
    with pytest.raises(InputError, match=r"^no lattice found: .*(check the image|one direction only)"):
        find_lattice(image, np.ones(image.shape, bool))


def test_stripes_are_no_lattice():
    y, x = np.mgrid[:300, :320]
    image = np.sin(2 * np.pi * (x + 0.2 * y) / 17) + 0.05 * np.random.default_rng(0).normal(size=x.shape)
    with pytest.raises(InputError, match="no lattice found"):
        find_lattice(image, np.ones(image.shape, bool))


def test_an_image_that_is_masked_almost_everywhere_is_refused():
    image = simulate(Specimen(shape=(300, 300)), 1).image
    mask = np.zeros(image.shape, bool)
    mask[:60] = True
    with pytest.raises(InputError, match="only 20 % of the image is left by its mask"):
        find_lattice(image, mask)
