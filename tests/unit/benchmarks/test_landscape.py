"""The kept landscapes: the share of their hypervolume is right, and the search does better on them than chance."""

import numpy as np
import pytest

from benchmarks.hypervolume import searched
from benchmarks.landscape import FILMS, KEPT, PAIRS, REWARDS, Landscape, coded, decoded, landscape
from ferrotune.front import pareto
from ferrotune.pipelines.space import Space
from ferrotune.segmentation import statuses

OK, NO_WALL_STANDS = map(statuses.STATUSES.index, (statuses.OK, statuses.NO_WALL_STANDS))


def test_share_of_a_front_known_by_hand():
    """In the box [0, 1.1]^2 of losses, two corner points dominate 0.1 * 1.1 each less 0.01 that they share."""
    rewards = np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5], [np.nan, np.nan]])  # curvature, length
    table = Landscape(
        Space.from_config({"window": [1, 2, 3, 4]}), PAIRS["paper"], rewards, np.array([OK, OK, OK, NO_WALL_STANDS])
    )
    corner = 0.1 * 1.1
    whole = 2 * corner - 0.1**2 + 0.5**2  # and the point in the middle its square, from 0.5 to 1
    np.testing.assert_allclose(table.shares([3, 0, 1, 2]), [0, corner / whole, (2 * corner - 0.01) / whole, 1])


def test_a_setting_that_is_not_usable_has_no_losses():
    rewards = np.array([[np.nan, np.nan], [1.0, 1.0]])
    table = Landscape(Space.from_config({"window": [1, 2]}), PAIRS["paper"], rewards, np.array([NO_WALL_STANDS, OK]))
    assert np.isfinite(table.losses).all(axis=1).tolist() == [False, True] == table.stands.tolist()
    assert table.record({"window": 1})["status"] == "no_wall_stands"


def test_rewards_are_kept_to_a_sixty_thousandth_of_their_range():
    rewards = np.random.default_rng(0).normal(size=(50, 3)) * [1.0, 1e-3, 1e4]
    rewards[::7, 1] = np.nan
    found = decoded(*coded(rewards))
    assert np.array_equal(np.isnan(found), np.isnan(rewards))
    assert (np.nanmax(np.abs(found - rewards), axis=0) < np.ptp(np.nan_to_num(rewards), axis=0) / 60_000).all()


def test_the_file_is_small():
    assert KEPT.stat().st_size < 300_000


@pytest.mark.parametrize("film", FILMS)
@pytest.mark.parametrize("pair", PAIRS)
def test_the_whole_space_reaches_all_of_its_hypervolume(film, pair):
    table = landscape(film, pair)
    assert table.rewards.shape == (table.space.size, len(PAIRS[pair])) and set(table.objectives) <= set(REWARDS)
    assert table.shares(np.flatnonzero(pareto.front(table.losses)))[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("film", FILMS)
def test_rewards_of_walls_are_known_where_a_wall_stands(film):
    table = landscape(film, "paper")
    assert np.array_equal(np.isfinite(table.losses).all(axis=1), table.stands)
    assert 0 < table.stands.mean() < 1


def test_the_search_does_better_than_chance():
    table = landscape("nanodomains", "default")
    chance = np.random.default_rng(0)
    random = [table.shares(chance.choice(table.space.size, 100, replace=False))[-1] for _ in range(32)]
    guided = [table.shares(searched(table, seed))[-1] for seed in range(6)]
    assert 1 - np.mean(guided) < 0.75 * (1 - np.mean(random))  # of what is left to be found
