"""Importance of parameters: found where it was painted, and said to be unknown where it cannot be known."""

import numpy as np
import pandas as pd
import pytest

from ferrotune.front.importance import FEWEST, importance_table


def trials(count=60, seed=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "w1": rng.choice([1.0, 1.5, 2.0, 2.5], count),
            "covariance": rng.choice(["tied", "full", "spherical"], count),
            "rank": rng.choice([4, 8, 16], count),
            "flatten": 1,
        }
    )
    table["length"] = (table["covariance"] == "full") * 3.0 + 0.1 * rng.normal(size=count)
    table["noise"] = rng.normal(size=count)
    table["status"] = np.where(table["w1"] > 1.6, "ok", "no_wall_stands")
    return table


@pytest.fixture(scope="module")
def found():
    return importance_table(trials(), ["w1", "covariance", "rank", "flatten"], ["length", "noise"], seed=1)


def test_the_parameter_that_matters_is_found(found):
    for target, parameter in (("length", "covariance"), ("status", "w1")):
        rows = found[found["target"] == target].set_index("parameter")
        assert rows["importance"].idxmax() == parameter
        # of the ranks of two groups of a third and two thirds, the group explains 2/3, of those of two values all
        assert rows["known"].all() and rows["r2"].iloc[0] > {"length": 0.5, "status": 0.8}[target]
        assert (rows["importance"].drop(parameter) < 0.1).all()


def test_noise_is_said_to_be_unknown(found):
    assert not found.loc[found["target"] == "noise", "known"].any()


def test_what_does_not_vary_is_no_parameter(found):
    assert set(found["parameter"]) == {"w1", "covariance", "rank"}


def test_few_trials_tell_nothing():
    few = importance_table(trials(FEWEST - 1), ["w1", "covariance"], ["length"], seed=1)
    assert not few["known"].any() and few["importance"].isna().all()


def test_trials_without_the_reward_are_left_out():
    table = trials()
    table.loc[::2, "length"] = np.nan
    found = importance_table(table, ["covariance"], ["length"], seed=1)
    assert found.loc[found["target"] == "length", "trials"].item() == 30


def test_the_same_bytes_each_time():
    one, other = (importance_table(trials(), ["w1", "rank"], ["length"], seed=3) for _ in range(2))
    assert one.to_csv() == other.to_csv()
