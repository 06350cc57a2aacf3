"""Shifts of scan rows are measured and taken off; displacements of columns are no shifts."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import cKDTree

from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.row_shifts import find_straight_columns, measure_row_shifts
from ferrotune.columns.sublattices import A, B
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen


def prepared(**settings):
    film = simulate(Specimen(shape=(400, 420), **settings), seed=3)
    image, mask = prepare(film.image, np.ones(film.image.shape, bool))
    return film, image, mask, find_lattice(image, mask)


def error_along_rows(film, columns, lattice):
    """Standard deviation of the error of the polarization along the rows, px."""
    cells = build_cells(columns.of(A), columns.of(B), lattice)
    distance, near = cKDTree(film.cells["yx"]).query(cells.yx)
    true, found = film.cells["displacement"][near], cells.polarization
    known = (distance < 5) & np.isfinite(found).all(axis=1)
    off = (found - true)[known, 1]
    return 1.4826 * np.median(np.abs(off - np.median(off)))


@pytest.mark.parametrize("geometry", ["none", "closure"])
def test_most_of_what_shifts_add_to_the_polarization_goes(geometry):
    film, image, mask, lattice = prepared(geometry=geometry, dose=260.0, jitter_px=1.5)
    raw = error_along_rows(film, find_columns(image, mask, lattice), lattice)
    columns, scan = find_straight_columns(image, mask, lattice)
    straight, still, still_mask, own = prepared(geometry=geometry, dose=260.0, jitter_px=0.0)
    best = error_along_rows(straight, find_columns(still, still_mask, own), own)
    found = error_along_rows(film, columns, lattice)
    assert found**2 - best**2 < 0.5 * (raw**2 - best**2)
    assert scan.rms == pytest.approx(1.5, rel=0.15)


def test_the_shifts_are_those_of_the_film():
    specimen = {"geometry": "none", "dose": 500.0, "jitter_px": 1.0}
    film, image, mask, lattice = prepared(**specimen)
    fit = find_columns(image, mask, lattice)
    scan = measure_row_shifts(image, mask, fit.fit, fit.sublattice, lattice.cell_px)
    still = simulate(Specimen(shape=(400, 420), **specimen | {"jitter_px": 0.0}), seed=3).image
    inner = slice(40, -40)
    best = []
    for y in range(*inner.indices(len(still))):  # the shift that makes a row of the film most like that without jitter
        row = still[y].astype(float)
        slope = np.gradient(gaussian_filter1d(row, 3.0))
        moved = gaussian_filter1d(film.image[y].astype(float), 3.0) - gaussian_filter1d(row, 3.0)
        best.append(-(moved * slope).sum() / (slope**2).sum())
    assert np.corrcoef(best, scan.shift[inner])[0, 1] > 0.9


def test_the_shifts_do_not_depend_on_the_threads():
    _, image, mask, lattice = prepared(geometry="none", dose=500.0, jitter_px=1.0)
    fit = find_columns(image, mask, lattice)
    alone, shared = (measure_row_shifts(image, mask, fit.fit, fit.sublattice, lattice.cell_px, n) for n in (1, 2))
    assert np.array_equal(alone.shift, shared.shift) and (alone.rms, alone.left) == (shared.rms, shared.left)


def test_rows_that_are_not_shifted_stay():
    _, image, mask, lattice = prepared(geometry="closure", dose=260.0, jitter_px=0.0)
    columns, scan = find_straight_columns(image, mask, lattice)
    assert not scan.shift.any() and scan.rms < 0.15
    assert np.array_equal(columns.fit.yx, find_columns(image, mask, lattice).fit.yx)
