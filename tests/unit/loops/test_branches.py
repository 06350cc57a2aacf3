"""Branches of a voltage, and the area that they enclose."""

import numpy as np
import pytest

from ferrotune.loops.branches import area, branches_of, falling, is_loop
from helpers.drawn_loops import HALF, VOLTAGE


def test_a_cycle_has_two_branches_and_the_turning_point_begins_the_second():
    found = branches_of(VOLTAGE)
    assert found.start.tolist() == [0, HALF] and found.direction.tolist() == [-1, 1]
    assert [(part.start, part.stop) for part in found.slices()] == [(0, HALF), (HALF, 2 * HALF)]


@pytest.mark.parametrize("axis, directions", [([0.0, 1.0, 2.0], [1]), ([3.0, 1.0], [-1]), ([5.0, 5.0, 5.0], [1])])
def test_an_axis_without_a_turn_is_one_branch(axis, directions):
    found = branches_of(np.array(axis))
    assert found.length.tolist() == [len(axis)] and found.direction.tolist() == directions


def test_where_the_voltage_rests_the_branch_goes_on():
    found = branches_of(np.array([0.0, 0.0, 1.0, 1.0, 2.0, 1.0, 1.0, 0.0]))
    assert found.length.tolist() == [4, 4] and found.direction.tolist() == [1, -1]


def test_three_branches():
    assert branches_of(np.array([0.0, 1, 2, 1, 0, -1, 0, 1])).direction.tolist() == [1, -1, 1]


def test_where_the_voltage_turns_the_next_branch_begins():
    found = falling([0.0, 1.0, 2.0, 1.0, 0.0, 0.0, -1.0, 0.0])
    assert np.flatnonzero(found).tolist() == [2, 3, 4, 5]


def test_a_ramp_is_no_loop():
    assert not is_loop(np.linspace(-1, 1, 9)) and not is_loop(np.ones(5))
    assert is_loop([0, 1, 0, -1, 0])


@pytest.mark.parametrize("start", [0, 30, 77])
def test_the_area_of_an_ellipse_does_not_depend_on_where_the_cycle_starts(start):
    phase = np.roll(np.linspace(0, 2 * np.pi, 400, endpoint=False), start)
    # the response lags a quarter behind
    assert area(3 * np.cos(phase), [2 * np.sin(-phase)])[0] == pytest.approx(-6 * np.pi, rel=1e-3)
    assert area(3 * np.cos(phase), [2 * np.sin(phase)])[0] == pytest.approx(6 * np.pi, rel=1e-3)
