"""Unit cells of painted lattices, exact; and of simulated images, against the simulation's truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from ferrotune.cells.unit_cells import build_cells, polarization_at
from ferrotune.columns.lattice import Lattice
from ferrotune.columns.sublattices import A, B
from helpers.projections import ALONG_110, HEXAGONAL, projected
from helpers.simulated import SMALL, demo_specimens, see

LATTICE = Lattice(np.array([25.0, 2.0]), np.array([-1.0, 27.0]))


def crystal(rows, columns, lattice=LATTICE, origin=(40.0, 50.0)):
    """A columns (rows * columns, 2) and B columns in the middles of their cells, px."""
    index = np.argwhere(np.ones((rows, columns)))
    a = index @ lattice.vectors + origin
    inner = index[(index < [rows - 1, columns - 1]).all(axis=1)]
    return a, (inner + 0.5) @ lattice.vectors + origin


def cells_of(seen):
    return build_cells(seen.columns.of(A), seen.columns.of(B), seen.lattice)


def against_truth(seen):
    """Cells found, and the rows of the truth that they belong to."""
    cells = cells_of(seen)
    truth = seen.simulation.cells
    distance, index = cKDTree(cells.yx).query(truth["yx"])
    row = np.flatnonzero(distance < 0.2 * seen.lattice.cell_px)
    return cells, index[row], {name: values[row] for name, values in truth.items()}, len(row) / len(distance)


def test_a_painted_crystal():
    a, b = crystal(6, 8)
    cells = build_cells(a, b + np.array([1.5, -0.5]), LATTICE)
    assert len(cells.yx) == 5 * 7
    assert cells.polarization == pytest.approx(np.tile([1.5, -0.5], (35, 1)))
    assert cells.a == pytest.approx(np.hypot(25, 2)) and cells.b == pytest.approx(np.hypot(1, 27))
    cosine = (25 * -1 + 2 * 27) / (np.hypot(25, 2) * np.hypot(1, 27))
    assert cells.alpha == pytest.approx(np.degrees(np.arccos(cosine)))
    assert cells.volume == pytest.approx(25 * 27 + 2)
    assert np.allclose(a[cells.corners].mean(axis=1), cells.yx)


@settings(max_examples=30)
@given(seed=st.integers(0, 1000), share=st.floats(0.0, 0.15))
def test_indices_are_unique_and_count_from_cell_to_cell(seed, share):
    """Strained by a tenth of a cell over the crystal, with columns missing and in any order."""
    rng = np.random.default_rng(seed)
    a, b = crystal(12, 11)
    a = (a + 2.5 * np.sin(a / 60))[rng.permutation(len(a))]
    a = a[rng.random(len(a)) >= share]
    cells = build_cells(a, b, LATTICE)
    assert len(np.unique(cells.ab, axis=0)) == len(cells.ab)
    assert cells.ab.min(initial=0) >= 0
    for axis, vector in enumerate(LATTICE.vectors):
        distance, index = cKDTree(cells.yx).query(cells.yx + vector, distance_upper_bound=6.0)
        near = np.flatnonzero(np.isfinite(distance))
        step = cells.ab[index[near]] - cells.ab[near]
        assert np.array_equal(step, np.tile(np.eye(2, dtype=int)[axis], (len(near), 1)))


def test_indices_follow_a_drift_that_adds_up_to_cells():
    a, b = crystal(60, 8)
    a[:, 1] += (a[:, 0] / 300) ** 2 * 5  # in the end by a fifth of a cell a cell, and by more than four in all
    cells = build_cells(a, b, LATTICE)
    assert len(cells.yx) == 59 * 7
    assert np.array_equal(np.unique(cells.ab, axis=0), np.argwhere(np.ones((59, 7))))


def test_islands_count_from_where_the_lattice_expects_them():
    a, _ = crystal(4, 5)
    far, _ = crystal(3, 3, origin=(40.0, 50.0) + np.array([20, 7]) @ LATTICE.vectors + 5.0)
    lone = np.array([[1000.0, 40.0], [40.0, 1000.0]])
    cells = build_cells(np.vstack([lone[:1], a, lone[1:], far]), np.empty((0, 2)), LATTICE)
    expected = np.vstack([np.argwhere(np.ones((3, 4))), np.array([20, 7]) + np.argwhere(np.ones((2, 2)))])
    np.testing.assert_array_equal(cells.ab - cells.ab.min(axis=0), expected)


def test_a_cell_without_its_b_column_has_no_polarization():
    a, b = crystal(6, 6)
    cells = build_cells(a, np.delete(b, 7, axis=0), LATTICE)
    missing = np.isnan(cells.polarization).any(axis=1)
    assert missing.sum() == 1
    assert cells.yx[missing][0] == pytest.approx(b[7])
    assert np.isfinite(cells.volume).all()
    assert np.isnan(build_cells(a, np.empty((0, 2)), LATTICE).polarization).all()


def test_a_missing_a_column_opens_its_four_cells():
    a, b = crystal(6, 6)
    cells = build_cells(np.delete(a, 14, axis=0), b, LATTICE)
    assert len(cells.yx) == 25 - 4


def test_columns_that_close_no_cell_give_none():
    cells = build_cells(crystal(1, 9)[0], np.empty((0, 2)), LATTICE)
    assert len(cells.yx) == 0 and cells.polarization.shape == (0, 2) and cells.ab.shape == (0, 2)


@settings(max_examples=20)
@given(angle=st.floats(-0.3, 0.3), scale=st.floats(0.5, 2.0))
def test_cells_rotate_and_grow_with_the_crystal(angle, scale):
    rotation = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    a, b = crystal(5, 5)
    b = b + np.array([2.0, 1.0])
    plain = build_cells(a, b, LATTICE)
    rotated = build_cells(a @ rotation, b @ rotation, Lattice(*(LATTICE.vectors @ rotation)))
    assert rotated.polarization == pytest.approx(plain.polarization @ rotation)
    assert rotated.alpha == pytest.approx(plain.alpha)
    assert rotated.volume == pytest.approx(plain.volume * scale**2)


# Sm_0 whole: in a small frame its mis-tilt would grow more than twice as fast.
@pytest.mark.parametrize(("image", "shape"), [("Sm_0", (1024, 1088)), ("Sm_10", SMALL), ("Sm_13", SMALL)])
def test_polarization_of_the_demo(image, shape):
    cells, row, truth, share = against_truth(see(**{**demo_specimens()[image], "shape": shape}))
    assert share > 0.99
    error = cells.polarization[row] - truth["polarization"]
    assert np.isfinite(error).all(axis=1).mean() > 0.99
    assert np.nanmedian(np.hypot(*error.T)) < 0.25
    # Its size and direction are right to a tenth: mis-tilt makes columns oblong, which we fit as round.
    slope = np.nansum(cells.polarization[row] * truth["polarization"]) / np.nansum(truth["polarization"] ** 2)
    assert slope == pytest.approx(1.0, abs=0.1)


def test_nothing_is_polarized_where_nothing_is():
    cells, row, _, _ = against_truth(see(geometry="none", polarization_pm=0.0, mistilt_shift_pm=0.0, dose=400.0))
    assert np.abs(np.nanmean(cells.polarization[row], axis=0)).max() < 0.05
    assert np.nanmedian(np.hypot(*cells.polarization[row].T)) < 0.25


def test_lattice_parameters_of_a_simulated_image():
    cells, row, truth, _ = against_truth(see(dose=400.0, geometry="diagonal_180"))
    for name, typical, systematic in (
        ("a", 0.2, 0.05),
        ("b", 0.2, 0.05),
        ("alpha", 0.5, 0.1),
        ("volume", 5.0, 1.5),
    ):
        error = getattr(cells, name)[row] - truth[name]
        assert np.median(np.abs(error)) < typical
        assert abs(error.mean()) < systematic


def test_indices_of_a_simulated_image_are_the_truths():
    cells, row, truth, share = against_truth(see())
    step = cells.ab[row] - truth["ab"]
    assert share > 0.99 and np.array_equal(step, np.tile(step[0], (len(step), 1)))


def test_polarization_at_sites_is_that_of_the_cells_around_them():
    """Cells of 10 px whose polarization is their own position: the mean of four at A, the cell's own at B."""
    centres = 10.0 * np.argwhere(np.ones((6, 6))) + 5
    a_sites, b_sites = centres[centres.max(axis=1) < 50] + 5, centres[[7, 8]]
    assert np.allclose(polarization_at(a_sites, centres, centres, 10.0), a_sites)
    assert np.allclose(polarization_at(b_sites, centres, centres, 10.0), b_sites)
    holes = centres.copy()
    holes[(centres == [15, 15]).all(axis=1)] = np.nan
    beside = polarization_at([[10.0, 10.0], [15.0, 15.0], [900.0, 900.0]], centres, holes, 10.0)
    assert np.allclose(beside[0], [25 / 3, 25 / 3]) and np.isnan(beside[1:]).all()
    assert np.isnan(polarization_at(b_sites, centres, np.full_like(centres, np.nan), 10.0)).all()


@pytest.mark.parametrize("b_intensity", [0.5, 1.0])
def test_along_110_polarization_is_the_displacement_from_the_middle_of_an_edge(b_intensity):
    drawn = projected(ALONG_110, [(0.0, 0.0), (0.5, 0.0)], [1.0, b_intensity], shift=1.0)
    lattice, columns = drawn.columns()
    cells = build_cells(columns.of(A), columns.of(B), lattice)
    known = np.isfinite(cells.polarization).all(axis=1)
    left = cells.yx[:, 1] < drawn.image.shape[1] / 2
    # with A and B alike the sign is arbitrary: then that of the right half
    sign = 1 if b_intensity < 1 else np.sign(np.median(cells.polarization[~left & known, 1]))
    assert known.mean() > 0.95
    for half, shift in ((left, -1.0), (~left, 1.0)):
        measured = sign * cells.polarization[half & known]
        assert np.median(measured, axis=0) == pytest.approx([0.0, shift], abs=0.05)


def test_a_cell_without_b_has_strain_and_no_polarization():
    lattice, columns = projected(HEXAGONAL, [(0.0, 0.0)], [1.0]).columns()
    cells = build_cells(columns.of(A), columns.of(B), lattice)
    assert np.isnan(cells.polarization).all()
    assert np.median(cells.a) == pytest.approx(14.0, abs=0.02)
    assert np.median(cells.volume) == pytest.approx(14.0 * 12.12, rel=2e-3)
