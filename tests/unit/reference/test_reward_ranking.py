"""Rewards that are right by construction lead to the truth; those that are noise, or their opposite, do not."""

import numpy as np
import pandas as pd
import pytest

from ferrotune.reference.reward_ranking import held_out, is_degenerate, pair_rows, reward_rows, share_of_best, winner

DIRECTIONS = {"true": "maximise", "same": "minimise", "noise": "maximise", "opposite": "maximise"}


def table(seed, best=0.9, trials=60):
    """Trials whose reward `true` is the agreement, `same` another of its units, `opposite` its negative."""
    rng = np.random.default_rng(seed)
    ari = best * rng.permutation(trials) / (trials - 1)
    rewards = {"true": ari, "same": 5 - 2 * ari**3, "noise": rng.random(trials), "opposite": -ari}
    return pd.DataFrame({"status": "ok", "ari": ari, "wall_f1": ari**2, **rewards})


@pytest.fixture(scope="module")
def tables():
    return {f"image_{seed}": table(seed) for seed in range(8)}


def test_rewards_follow_the_truth_or_do_not(tables):
    rows = reward_rows(tables, DIRECTIONS).set_index("reward")
    assert rows.loc[["true", "same"], "follows_ari"].tolist() == [pytest.approx(1)] * 2
    assert rows.loc[["true", "same"], "share_wall_f1"].tolist() == [1, 1]
    assert rows.loc["opposite", "follows_wall_f1"] == pytest.approx(-1) and rows.loc["opposite", "share_ari"] == 0
    assert abs(rows.loc["noise", "follows_ari"]) < 0.2
    assert (rows["images"] == 8).all()


def test_pairs_are_told_by_their_knee(tables):
    pairs = pair_rows(tables, DIRECTIONS).set_index(["one", "other"])
    assert pairs.loc[("true", "same"), "redundancy"] == pytest.approx(1)
    assert pairs.loc[("true", "opposite"), "redundancy"] == pytest.approx(-1)
    assert pairs.loc[("true", "same"), "share_ari"] == 1 and pairs.index[0] == ("true", "same")
    assert 0.4 < pairs.loc[("true", "noise"), "share_ari"] < 1
    assert (pairs["worst_ari"] <= pairs["share_ari"]).all()


def test_only_trials_with_the_reward_win():
    """A reward of walls has no value where no wall stands."""
    trials = table(0)
    assert share_of_best(trials, {"true": "maximise"}) == 1
    trials.loc[trials["ari"] > 0.5, "true"] = np.nan
    assert share_of_best(trials, {"true": "maximise"}) == pytest.approx(0.5 / 0.9, abs=0.02)
    assert is_degenerate(trials, {"true": "maximise"}) == 0
    assert is_degenerate(trials, {"opposite": "maximise"}) == 1


def test_no_usable_trial_selects_nothing():
    trials = table(0).assign(true=np.nan)
    assert winner(trials, DIRECTIONS) is None
    assert share_of_best(trials, DIRECTIONS) == 0 and is_degenerate(trials, DIRECTIONS) == 1


def test_images_that_show_nothing_do_not_count(tables):
    nothing = {"flat": table(9, best=0.1)}
    assert np.isnan(share_of_best(nothing["flat"], DIRECTIONS))
    assert reward_rows(tables | nothing, DIRECTIONS)["images"].tolist() == [8] * 4


def test_the_choice_is_judged_on_images_that_it_was_not_made_on(tables):
    """A reward that is right on one half of the images and wrong on the other does not pass."""
    images = list(tables)
    tricky = {
        image: t.assign(half=t["ari"] if image in images[:4] else -t["ari"], noise=t["opposite"])
        for image, t in tables.items()
    }
    rows = held_out(tricky, {"half": "maximise", "noise": "maximise"}, (images[:4], images[4:]))
    assert rows["chosen_share_ari"][0] > rows["share_ari"][0] + 0.2
    right = held_out(tables, {"true": "maximise", "same": "minimise"}, (images[:4], images[4:]))
    assert right["share_ari"].tolist() == [1, 1]
