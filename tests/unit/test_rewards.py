"""Rewards of walls written down by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferrotune.errors import InputError
from ferrotune.rewards import REWARDS, score
from ferrotune.walls import Walls

NONE = Walls(np.empty((0, 2, 2)), [], [], [])


def straight_and_quarter(radius=10.0, length=30.0):
    """A straight wall, and a quarter of a circle as one chord."""
    turn = np.linspace(0, np.pi / 2, 401)
    arc = radius * np.column_stack([np.sin(turn), np.cos(turn)])
    line = np.column_stack([np.zeros(601), np.linspace(0, length, 601)])
    return Walls(
        np.array([line[[0, -1]], arc[[0, -1]]]),
        [line, arc],
        [False, False],
        [np.zeros(601), np.full(401, 1 / radius)],
    )


def test_rewards_of_a_line_and_a_quarter_circle():
    value = score(straight_and_quarter(), REWARDS)
    assert value["curvature"] == pytest.approx(401 / 1002 * 0.1)
    assert value["length"] == pytest.approx((30 + 10 * math.sqrt(2)) / 2)
    arc = 10 * math.pi / 2
    assert value["chord_to_arc"] == pytest.approx((arc - 10 * math.sqrt(2)) / (30 + arc), rel=1e-4)


def test_a_closed_wall_has_no_chord():
    turn = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    ring = np.column_stack([np.sin(turn), np.cos(turn)])
    walls = Walls(ring[None, :2], [ring], [True], [np.ones(100)])
    assert score(walls, ["chord_to_arc"]) == {"chord_to_arc": 1.0}


@settings(max_examples=30, deadline=None)
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
    before, after = score(walls, REWARDS), score(other, REWARDS)
    assert after["length"] == pytest.approx(scale * before["length"])
    assert after["curvature"] == pytest.approx(before["curvature"] / scale)
    assert after["chord_to_arc"] == pytest.approx(before["chord_to_arc"])


def test_no_walls_are_worth_nothing_rather_than_the_best():
    value = score(NONE, REWARDS)
    assert set(value) == set(REWARDS) and all(math.isnan(v) for v in value.values())


def test_only_the_named_rewards_in_their_order():
    assert list(score(NONE, ["length", "curvature"])) == ["length", "curvature"]
    with pytest.raises(InputError, match=r"'lenght'.*curvature"):
        score(NONE, ["lenght"])


def test_every_reward_says_what_it_is():
    assert {"curvature", "length", "chord_to_arc"} <= set(REWARDS)
    for name, reward in REWARDS.items():
        assert reward.name == name and reward.direction in ("minimise", "maximise")
        assert reward.unit and reward.physics.endswith(".") and "2411.12612" in reward.source
