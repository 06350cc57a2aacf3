"""The three rewards of the paper, of walls written down by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferrotune.rewards import score
from ferrotune.walls import Walls
from helpers.written_walls import of_walls, straight_and_quarter

SHAPE = ["curvature", "length", "chord_to_arc"]


def test_rewards_of_a_line_and_a_quarter_circle():
    value = score(of_walls(straight_and_quarter()), SHAPE)
    assert value["curvature"] == pytest.approx(401 / 1002 * 0.1)
    assert value["length"] == pytest.approx((30 + 10 * math.sqrt(2)) / 2)
    arc = 10 * math.pi / 2
    assert value["chord_to_arc"] == pytest.approx((arc - 10 * math.sqrt(2)) / (30 + arc), rel=1e-4)


def test_a_closed_wall_has_no_chord():
    turn = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    ring = np.column_stack([np.sin(turn), np.cos(turn)])
    walls = Walls(ring[None, :2], [ring], [True], [np.ones(100)])
    assert score(of_walls(walls), ["chord_to_arc"]) == {"chord_to_arc": 1.0}


@settings(max_examples=30)
@given(st.floats(0.1, 50), st.floats(0, 360))
def test_rewards_follow_the_scale_and_not_the_direction(scale, angle):
    walls = straight_and_quarter()
    c, s = scale * np.cos(np.deg2rad(angle)), scale * np.sin(np.deg2rad(angle))
    turn = np.array([[c, -s], [s, c]])
    other = Walls(
        walls.segments @ turn,
        [path @ turn for path in walls.paths],
        walls.closed,
        [k / scale for k in walls.curvature],
    )
    before, after = score(of_walls(walls), SHAPE), score(of_walls(other), SHAPE)
    assert after["length"] == pytest.approx(scale * before["length"])
    assert after["curvature"] == pytest.approx(before["curvature"] / scale)
    assert after["chord_to_arc"] == pytest.approx(before["chord_to_arc"])
