"""Neighbourhoods of columns in drawn crystals: displaced, strained, with missing columns."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferrotune.cells.neighbourhoods import position_variance, quantities, surrounded
from ferrotune.columns.lattice import Lattice
from ferrotune.columns.sublattices import A, B
from helpers.crystal import COLUMNS, LATTICE, ROWS, crystal


def measured(yx, sublattice, centre_of, lattice=LATTICE):
    found = surrounded(yx, sublattice, centre_of, lattice)
    return quantities(yx, np.ones(len(yx)), centre_of, *found[:3]), found


@pytest.mark.parametrize("centre_of", [A, B])
def test_both_sublattices_give_the_same_displacement(centre_of):
    yx, sublattice = crystal(lambda index: np.tile([1.5, -0.5], (len(index), 1)))
    found, (centre, own, other, missed) = measured(yx, sublattice, centre_of)
    assert found["displacement"] == pytest.approx(np.tile([1.5, -0.5], (len(centre), 1)))
    assert len(centre) == (ROWS - 2) * (COLUMNS - 2) and missed == ROWS * COLUMNS - len(centre)
    assert own.shape == other.shape == (len(centre), 4)
    diagonals = (np.array([(1, 1), (1, -1), (-1, 1), (-1, -1)]) / 2) @ LATTICE.vectors + [1.5, -0.5]
    edges = np.array([(1, 0), (-1, 0), (0, 1), (0, -1)]) @ LATTICE.vectors
    assert found["vectors"] == pytest.approx(np.tile(np.vstack([diagonals, edges]).ravel(), (len(centre), 1)))


def test_lattice_parameters_are_those_of_the_drawn_lattice():
    found, _ = measured(*crystal(), A)
    a, b = LATTICE.a, LATTICE.b
    assert found["lengths"] == pytest.approx(np.tile([np.hypot(*a), np.hypot(*b)], (len(found["angle"]), 1)))
    assert found["angle"] == pytest.approx(math.degrees(math.acos(a @ b / np.hypot(*a) / np.hypot(*b))))


@settings(max_examples=20)
@given(angle=st.floats(-0.4, 0.4), scale=st.floats(0.5, 2.0))
def test_quantities_rotate_and_scale_with_the_crystal(angle, scale):
    rotation = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    yx, sublattice = crystal(lambda index: np.sin(index), 6, 6)
    plain, _ = measured(yx, sublattice, A)
    rotated, _ = measured(yx @ rotation, sublattice, A, Lattice(*(LATTICE.vectors @ rotation)))
    assert rotated["displacement"] == pytest.approx(plain["displacement"] @ rotation)
    assert rotated["lengths"] == pytest.approx(plain["lengths"] * scale)
    assert rotated["angle"] == pytest.approx(plain["angle"])


def test_columns_without_a_neighbour_are_left_out():
    yx, sublattice = crystal()
    inner = np.flatnonzero(sublattice == A).reshape(ROWS, COLUMNS)[6, 7]
    for lost, lacking in ((inner, 4 + 1), (inner + ROWS * COLUMNS, 4)):  # an A is a neighbour of four A, and itself
        keep = np.arange(len(yx)) != lost
        centre = surrounded(yx[keep], sublattice[keep], A, LATTICE)[0]
        assert len(centre) == (ROWS - 2) * (COLUMNS - 2) - lacking


def test_errors_of_a_displacement_add_up():
    sigma = np.array([[0.3, 0.3], [0.2, 0.2], [0.2, 0.2], [0.2, 0.2], [np.nan, np.nan]])
    centre, other = np.array([0]), np.array([[1, 2, 3, 3]])
    assert position_variance(sigma, centre, other, 8.0) == pytest.approx(0.3**2 + 0.2**2 / 4)
    assert position_variance(sigma, np.array([4]), other, 8.0) == pytest.approx(64 + 0.2**2 / 4)


def test_the_variance_of_a_displacement_is_that_of_the_centre_and_of_the_mean_of_its_cage():
    sigma_a, sigma_b = 0.3, 0.17
    sigma_yx = np.repeat([[sigma_b] * 2, [sigma_a] * 2], [1, 4], axis=0)
    found = position_variance(sigma_yx, np.array([0]), np.array([[1, 2, 3, 4]]), 8.0)
    assert found == pytest.approx(sigma_b**2 + sigma_a**2 / 4, rel=1e-12)
