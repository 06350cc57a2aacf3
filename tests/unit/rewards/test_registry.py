"""The registry of rewards: what every reward states, and when a reward has no value."""

import math
from pathlib import Path

import pytest

from ferrotune.errors import InputError
from ferrotune.rewards import REWARDS, cheap, reward, score, without_grounds
from ferrotune.walls import NO_WALLS_AT_ALL
from helpers.written_walls import of_walls, straight_and_quarter

DOCUMENT = Path(__file__).parents[3] / "docs" / "rewards.md"
SHAPE = ["curvature", "length", "chord_to_arc"]


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
        assert set(entry.needs) <= {"lattice", "scores", "polarization", "again", "halves", "judgement", "loops"}


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
    missing = without_grounds(REWARDS, {"lattice", "scores", "judgement", "loops"})
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
