"""Spacing of columns: what the lattice predicts, and which columns are out of place."""

import numpy as np
import pytest

from ferrotune.columns.motif import Motif
from ferrotune.columns.phase import Lattice
from ferrotune.columns.spacing import OUT_OF_PLACE, Spacing, expected_count, spacing_errors
from helpers.simulated import TEN_PX, see

CELL = 20.0
SQUARE = Lattice(np.array([CELL, 0.0]), np.array([0.0, CELL]))
HONEYCOMB = Lattice(
    np.array([CELL, 0.0]),
    np.array([-CELL / 2, CELL * np.sqrt(3) / 2]),
    Motif(((0.0, 0.0), (2 / 3, 1 / 3)), "hexagonal", (0.0, 0.0)),
)
ZONE_110 = Lattice(np.array([CELL * np.sqrt(2), 0.0]), np.array([0.0, CELL]), Motif(((0.0, 0.0), (0.0, 0.5)), "other"))


def crystal(lattice, cells=14):
    """Columns (n, 2) px of a crystal that fills a mask (y, x), and the mask."""
    index = np.argwhere(np.ones((4 * cells, 4 * cells))) - 2 * cells
    yx = np.vstack([(index + place) @ lattice.vectors for place in np.array(lattice.motif.places)]) + cells * CELL / 2
    size = round(cells * CELL)
    return yx[((yx >= 0) & (yx <= size - 1)).all(axis=1)], np.ones((size, size), bool)


def test_neighbours_of_lattices():
    square = Spacing.of(SQUARE)
    assert (square.nearest, square.furthest, square.count) == (*(pytest.approx(CELL / np.sqrt(2)),) * 2, 4)
    honeycomb = Spacing.of(HONEYCOMB)
    assert (honeycomb.nearest, honeycomb.count) == (pytest.approx(CELL / np.sqrt(3)), 3)
    assert (Spacing.of(ZONE_110).nearest, Spacing.of(ZONE_110).count) == (CELL / 2, 2)


@pytest.mark.parametrize("lattice", [SQUARE, HONEYCOMB, ZONE_110], ids=["perovskite", "honeycomb", "[110]"])
def test_a_perfect_crystal_has_as_many_columns_as_predicted_and_all_in_place(lattice):
    yx, mask = crystal(lattice)
    assert len(yx) == pytest.approx(expected_count(mask, lattice), rel=0.1)
    assert spacing_errors(yx, mask, lattice).max() < 1e-9


@pytest.mark.parametrize("lattice", [SQUARE, HONEYCOMB, ZONE_110], ids=["perovskite", "honeycomb", "[110]"])
def test_the_neighbours_of_a_missing_column_are_out_of_place(lattice):
    yx, mask = crystal(lattice)
    gone = np.argmin(np.hypot(*(yx - yx.mean(axis=0)).T))
    wrong = spacing_errors(np.delete(yx, gone, axis=0), mask, lattice) > OUT_OF_PLACE
    assert wrong.sum() == Spacing.of(lattice).count


def test_a_false_column_and_those_beside_it_are_out_of_place():
    yx, mask = crystal(SQUARE)
    between = yx[np.argmin(np.hypot(*(yx - 140).T))] + (0, CELL / 2)
    error = spacing_errors(np.vstack([yx, between]), mask, SQUARE)
    assert error[-1] == pytest.approx(1 - 1 / np.sqrt(2))
    closer = spacing_errors(np.vstack([yx, between - np.array([0, CELL / 4])]), mask, SQUARE)
    assert closer[-1] > 0.6 and (closer > OUT_OF_PLACE).sum() >= 2


def test_missing_columns_outside_the_mask_do_not_count():
    yx, mask = crystal(SQUARE)
    mask[100:160, 90:200] = False
    inside = mask[tuple(np.rint(yx).astype(int).T)]
    assert spacing_errors(yx[inside], mask, SQUARE).max() < 1e-9


@pytest.mark.parametrize(
    "film", [{}, {"polarization_pm": 60.0}, {"geometry": "closure"}, TEN_PX | {"shape": (300, 310)}], ids=str
)
def test_true_columns_in_whole_pixels_are_in_place(film):
    seen = see(**film)
    error = spacing_errors(np.rint(seen.simulation.columns_yx), seen.mask, seen.lattice)
    assert (error > OUT_OF_PLACE).mean() < 0.005


def test_few_columns_are_far_from_each_other():
    assert spacing_errors(np.empty((0, 2)), np.ones((90, 90), bool), SQUARE).shape == (0,)
    assert spacing_errors([[45.0, 45.0]], np.ones((90, 90), bool), SQUARE).tolist() == [1.0]
