"""Cases of unit cells that once went wrong: A and B of equal brightness, and the [110] projection."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.doubts import doubts
from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.sublattices import A, B
from ferrotune.files.images import read_image
from ferrotune.images.normalisation import prepare

CASES = Path(__file__).parents[2].parent / "shared" / "data" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"no cases: {CASES} is missing")


def opened(name):
    """Lattice and columns of a case, and its true columns (n, 2) px with their sublattice, 10 px inside."""
    data, _ = read_image(CASES / f"{name}.tif")
    image, mask = prepare(data, np.ones(data.shape, bool))
    lattice = find_lattice(image, mask)
    truth = np.loadtxt(CASES / f"{name}_columns.csv", delimiter=",", skiprows=1)
    inner = ((truth[:, :2] > 10) & (truth[:, :2] < np.array(data.shape) - 11)).all(axis=1)
    return lattice, find_columns(image, mask, lattice), truth[inner, :2], truth[inner, 2]


@pytest.mark.parametrize(("name", "cell_px"), [("equal_brightness", 16.0), ("zone_110", np.sqrt(28.284 * 20))])
def test_both_sublattices_are_found(name, cell_px):
    lattice, columns, truth, sublattice = opened(name)
    distance, nearest = cKDTree(columns.fit.yx).query(truth)
    assert lattice.cell_px == pytest.approx(cell_px, abs=0.1)
    assert (distance < 0.5).mean() >= 0.99
    assert (columns.sublattice[nearest] == sublattice).mean() >= 0.99
    assert (columns.sublattice >= 0).all()
    said = doubts(columns, lattice, None, 512)
    assert [line[:30] for line in said] == (["A and B are equally bright (0."] if name == "equal_brightness" else [])


@pytest.mark.parametrize("name", ["equal_brightness", "zone_110"])
def test_polarization_is_that_of_the_true_columns(name):
    lattice, columns, truth, sublattice = opened(name)
    found = build_cells(columns.of(A), columns.of(B), lattice)
    true = build_cells(truth[sublattice == A], truth[sublattice == B], lattice)
    distance, nearest = cKDTree(found.yx).query(true.yx)
    measured, known = found.polarization[nearest], np.isfinite(true.polarization).all(axis=1) & (distance < 1)
    known &= np.isfinite(measured).all(axis=1)
    assert known.mean() > 0.95
    error = (measured - true.polarization)[known]
    assert np.sqrt((error**2).mean()) < 0.15  # px
