"""Branches of a voltage."""

import numpy as np
import pytest

from ferrotune.loops.axis_branches import branches_of
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
