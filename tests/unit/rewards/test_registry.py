"""The registry of rewards, and the paper's three on walls written down by hand."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferrotune.errors import InputError
from ferrotune.rewards import REWARDS, Segmentation, cheap, reward, score, without_grounds
from ferrotune.walls import NO_WALLS_AT_ALL, Walls

DOCUMENT = Path(__file__).parents[3] / "docs" / "rewards.md"
SHAPE = ["curvature", "length", "chord_to_arc"]


def of_walls(walls):
    """Segmentation of which only the walls are known."""
    return Segmentation(np.zeros(4, np.int8), walls, sites=SimpleNamespace(lattice=None, polarization=None))


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
    before, after = score(of_walls(walls), SHAPE), score(of_walls(other), SHAPE)
    assert after["length"] == pytest.approx(scale * before["length"])
    assert after["curvature"] == pytest.approx(before["curvature"] / scale)
    assert after["chord_to_arc"] == pytest.approx(before["chord_to_arc"])


def test_no_walls_are_worth_nothing_rather_than_the_best():
    value = score(of_walls(NO_WALLS_AT_ALL), REWARDS)
    assert set(value) == set(REWARDS) and all(math.isnan(v) for v in value.values())


def test_only_the_named_rewards_in_their_order():
    assert list(score(of_walls(NO_WALLS_AT_ALL), ["length", "curvature"])) == ["length", "curvature"]
    with pytest.raises(InputError, match=r"'lenght'.*curvature"):
        score(of_walls(NO_WALLS_AT_ALL), ["lenght"])


def test_every_reward_says_what_it_is():
    assert set(SHAPE) <= set(REWARDS)
    for name, entry in REWARDS.items():
        assert entry.name == name and entry.direction in ("minimise", "maximise")
        assert entry.unit and entry.physics.endswith(".") and "\n" not in entry.physics
        assert entry.source and (name not in SHAPE or "2411.12612" in entry.source)
        assert set(entry.needs) <= {"lattice", "scores", "polarization", "again", "halves"}


def test_the_documents_list_the_registry():
    """docs/rewards.md has a row for each reward, with its direction and unit; costly ones say so."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in DOCUMENT.read_text().splitlines()]
    rows = {row[0].split("`")[1]: row for row in rows if len(row) == 4 and row[0].count("`") == 2}
    assert set(rows) == set(REWARDS)
    units = {"1": "", "cell": "cells", "deg": "degrees", "nat": "nats"}
    for name, (_, direction, unit, meaning) in rows.items():
        entry = REWARDS[name]
        assert direction == entry.direction and unit == units.get(entry.unit, entry.unit)
        assert ("named only" in meaning) == entry.costly


def test_a_reward_without_its_grounds_is_not_a_number():
    walls = straight_and_quarter()
    wanting = [name for name, entry in REWARDS.items() if entry.needs]
    assert all(math.isnan(value) for value in score(of_walls(walls), wanting).values())
    missing = without_grounds(REWARDS, {"lattice", "scores"})
    assert missing == {"polarization_jump": ["polarization"], "stability_dose": ["halves"], "stability_seed": ["again"]}


def test_a_reward_more_is_a_decorated_function():
    @reward("maximise", "1", "More walls, more to see.", "this test")
    def wall_count(segmentation):
        return len(segmentation.walls.paths)

    try:
        assert "wall_count" in cheap() and score(of_walls(straight_and_quarter()), ["wall_count"]) == {
            "wall_count": 2.0
        }
    finally:
        del REWARDS["wall_count"]
