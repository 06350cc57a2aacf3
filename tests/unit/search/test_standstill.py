"""When a search ends by itself: the front has stood still for as long as it took to grow."""

import numpy as np
import pytest

from ferrotune.front import pareto
from ferrotune.search.search_config import judged_rounds, trial_count
from ferrotune.search.standstill import MOST_TRIALS, expected_gain, standstill

SEARCH = {"mode": "tpe", "trials": "auto", "batch": 10, "startup": 20, "seed": 1}
ENTRY = {"descriptor": "cells", "reduction": "none", "clustering": "gmm"}


def test_as_many_trials_again_gain_what_the_second_half_gained():
    losses = np.random.default_rng(2).random((100, 2))
    bounds = pareto.best_and_worst(losses)
    half, whole = (pareto.hypervolume(losses[:count], bounds) for count in (50, 100))
    assert expected_gain(losses, ahead=100) == pytest.approx((whole - half) / whole)
    assert 0 < expected_gain(losses, ahead=10) < expected_gain(losses, ahead=20) < expected_gain(losses, ahead=100)


def test_what_is_foreseen_is_a_little_more_than_what_further_trials_gain():
    """Random settings of a disc, whose front is an arc, gain less and less: means over many searches."""
    foreseen, gained = [], []
    for seed in range(40):
        angle, radius = np.random.default_rng(seed).random((2, 120))
        losses = np.sqrt(radius)[:, None] * np.stack([np.cos(2 * np.pi * angle), np.sin(2 * np.pi * angle)], axis=1)
        bounds = pareto.best_and_worst(losses)
        now, later = (pareto.hypervolume(losses[:count], bounds) for count in (100, 120))
        foreseen.append(expected_gain(losses[:100]))
        gained.append(later / now - 1)
    assert np.mean(gained) < np.mean(foreseen) < 2 * np.mean(gained)


def test_a_front_that_does_not_change_gains_nothing():
    losses = np.vstack([[[0.0, 0.0]], np.random.default_rng(0).random((59, 2))])
    assert expected_gain(losses) == 0.0
    assert standstill(losses, startup=20).ended


def test_a_search_goes_on_until_twice_as_many_trials_were_guided_as_at_its_start():
    losses = np.zeros((45, 2))
    assert not standstill(losses, startup=20).ended
    assert standstill(losses, startup=15).ended


def test_a_front_that_grows_goes_on():
    steps = np.linspace(1, 0, 60)
    found = standstill(np.stack([steps, steps], axis=1), startup=20)
    assert not found.ended and found.expected_gain > 0.1 and "goes on" in found.words


def test_a_search_without_a_front_goes_on_to_a_hundred_trials():
    assert not standstill(np.full((90, 2), np.nan), startup=20).ended
    found = standstill(np.full((100, 2), np.nan), startup=20)
    assert found.ended and found.usable == 0 and found.as_json()["expected_gain"] is None
    assert "none of them has all rewards" in found.words


def test_units_and_the_order_of_bad_trials_do_not_matter():
    losses = np.random.default_rng(1).random((80, 2))
    assert expected_gain(losses * [1e6, 1e-3] + [5, -7]) == pytest.approx(expected_gain(losses))


def test_rounds_after_which_a_search_may_end():
    assert list(judged_rounds(200, SEARCH)) == list(range(5, 19))  # from 60 trials on, and not after the last round
    assert list(judged_rounds(50, SEARCH)) == []
    assert list(judged_rounds(200, SEARCH | {"trials": 200})) == []
    assert list(judged_rounds(200, SEARCH | {"mode": "exhaustive"})) == []


def test_the_most_trials_of_a_search_that_ends_by_itself():
    small = ENTRY | {"space": {"components": {"low": 2, "high": 9, "step": 1}}}
    large = ENTRY | {"space": {"components": {"low": 2, "high": 9, "step": 1}, "radius": list(range(100))}}
    assert trial_count(small, SEARCH) == 8
    assert trial_count(large, SEARCH) == MOST_TRIALS
    assert trial_count(large, SEARCH | {"trials": 60}) == 60
