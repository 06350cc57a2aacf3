"""Slow shifts of rows are in the standard errors: two thirds of the columns lie within one of them."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from ferrotune.cells.strain import measure_cells
from ferrotune.columns.lattice import Lattice, find_lattice
from ferrotune.columns.row_shifts import find_straight_columns
from ferrotune.columns.slow_shifts import slow_shifts
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.disorder import row_shifts
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

CELL, ROWS = 20.0, 60
NOISE = 0.1  # px, of a column


def crystal(rng, shift_px, drift_px=0.0):
    """Columns (n, 2) px whose rows are shifted by random shifts, alike over some rows, and by drift; and the shifts."""
    yx = CELL * np.argwhere(np.ones((ROWS, 30)))
    shift = row_shifts(ROWS * 20, shift_px, rng)[::20][(yx[:, 0] / CELL).astype(int)]
    drift = drift_px * np.sin(np.pi * yx[:, 0] / CELL / ROWS + rng.uniform(0, 2 * np.pi))
    return yx + NOISE * rng.normal(size=yx.shape) + np.column_stack([0 * shift, shift + drift]), shift


@pytest.mark.parametrize("drift_px", [0.0, 4.0])
@pytest.mark.parametrize("shift_px", [0.0, 0.3, 1.0])
def test_standard_errors_cover_two_thirds_of_drawn_columns(shift_px, drift_px):
    rng, lattice, covered = np.random.default_rng(0), Lattice(np.array([CELL, 0.0]), np.array([0.0, CELL])), []
    for _ in range(40):
        yx, shift = crystal(rng, shift_px, drift_px)
        off = shift - shift.mean() + NOISE * rng.normal(size=len(yx))
        covered.append((np.abs(off) < np.hypot(NOISE, slow_shifts(yx, lattice))).mean())
    assert 0.63 < np.mean(covered) < 0.73


def test_what_differs_from_column_to_column_is_no_shift():
    lattice = Lattice(np.array([CELL, 1.0]), np.array([-1.0, CELL]))
    yx = np.argwhere(np.ones((40, 30))) @ lattice.vectors + np.random.default_rng(1).normal(0, 0.3, (1200, 2))
    assert slow_shifts(yx, lattice) < 0.1
    assert slow_shifts(yx[:3], lattice) == 0


@pytest.mark.parametrize("scan", [{"jitter_px": 1.0}, {"jitter_px": 0.3, "row_shift_px": 0.5}], ids=str)
def test_standard_errors_cover_two_thirds_of_the_columns_and_of_p_of_a_film(scan):
    found = {"across": [], "p": []}
    for seed in (1, 2):
        film = simulate(Specimen(shape=(640, 420), geometry="closure", dose=260.0, mistilt=0.0, **scan), seed)
        image, mask = prepare(film.image, np.ones(film.image.shape, bool))
        lattice = find_lattice(image, mask)
        columns, noise = find_straight_columns(image, mask, lattice)
        fit = columns.fit
        distance, near = cKDTree(fit.yx).query(film.columns_yx)
        known = distance < 6
        off = (fit.yx[near] - film.columns_yx)[known]
        found["across"].append((np.abs(off - np.median(off, axis=0)) < fit.sigma_yx[near][known])[:, 0].mean())
        cells, _, errors = measure_cells(fit.yx, fit.sigma_yx, columns.sublattice, lattice, noise.left)
        distance, near = cKDTree(film.cells["yx"]).query(cells.yx)
        known = (distance < 6) & np.isfinite(cells.polarization).all(axis=1)
        off = (cells.polarization - film.cells["polarization"][near])[known]
        found["p"].append((np.abs(off) < errors.polarization[known]).mean(axis=0))
    assert 0.63 < np.mean(found["across"]) < 0.73
    assert ((np.mean(found["p"], axis=0) > 0.60) & (np.mean(found["p"], axis=0) < 0.76)).all()
