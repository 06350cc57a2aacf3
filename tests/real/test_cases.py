"""Small inputs that went wrong: an added background, dark columns, two lattices."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

import ferrotune
from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.lattice import Lattice
from ferrotune.columns.sublattices import A, B

CASES = Path(__file__).parents[2].parent / "shared" / "data" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"no case images: {CASES} is missing")


def seen(name):
    """The columns that are found in a case, and the true ones (n, 3): y, x, sublattice."""
    image = ferrotune.prepare_image(CASES / f"{name}.tif")
    return image, ferrotune.locate_columns(image), np.loadtxt(CASES / f"{name}_columns.csv", delimiter=",", skiprows=1)


def of(columns, sublattice):
    return columns.yx.values[columns.sublattice.values == sublattice]


@pytest.mark.parametrize("name", ["additive_background", "dark_columns"])
def test_all_columns_are_found(name):
    image, columns, true = seen(name)
    assert columns.cell_px == pytest.approx(16.0, abs=0.05) and image.mask.all()
    for sublattice in (A, B):
        expected = true[true[:, 2] == sublattice, :2]
        distance, nearest = cKDTree(of(columns, sublattice)).query(expected)
        assert len(of(columns, sublattice)) == len(expected) == len(set(nearest)) and distance.max() < 2.0


def test_dark_columns_have_the_true_polarization():
    image, columns, true = seen("dark_columns")
    assert image.contrast == "dark"
    cells = ferrotune.measure_cells(columns)
    truth = build_cells(true[true[:, 2] == A, :2], true[true[:, 2] == B, :2], Lattice(*columns.lattice.values))
    distance, nearest = cKDTree(truth.yx).query(cells.yx.values)
    measured, expected = cells.polarization.values[distance < 3, 1], truth.polarization[nearest[distance < 3], 1]
    assert np.corrcoef(measured, expected)[0, 1] > 0.98


def test_of_two_lattices_one_is_analysed():
    with pytest.warns(UserWarning, match="^2 crystals: 50 % .* rotated by 20 degrees; the largest is analysed"):
        image, columns, true = seen("two_lattices")
    assert columns.cell_px == pytest.approx(16.0, abs=0.05) and float(image.mask.mean()) == pytest.approx(0.5, abs=0.01)
    for sublattice in (A, B):
        distance, _ = cKDTree(true[true[:, 2] == sublattice, :2]).query(of(columns, sublattice))
        assert distance.max() < 2.0


@pytest.mark.parametrize(
    ("name", "mask"),
    [("pto_junction.tif", "box 775 30 825 255"), ("pto_sro.hspy", None), ("sm_bfo_patch.tif", None)],
)
def test_real_images_are_one_crystal_of_bright_columns(name, mask):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = ferrotune.prepare_image(CASES.parent / name, mask)
    assert image.contrast == "bright" and "crystals" not in image
