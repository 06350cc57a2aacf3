"""Columns found by rewards: on the front, near the truth, better than a fixed threshold where there is noise."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from ferrotune.columns.finding import find_columns
from ferrotune.columns.spacing import OUT_OF_PLACE, spacing_errors
from ferrotune.files.stores import read_store, write_store
from ferrotune.front import pareto
from ferrotune.search.column_search import REWARDS, SPACE, column_rewards, search_columns
from helpers.simulated import MATCH, depth, see

NOISY = {"dose": 12.0, "shape": (520, 540)}


def shares(seen, yx):
    """Shares of the true columns found, and of the found ones that are false, half a cell or more inside."""
    truth, reach = seen.simulation.columns_yx, MATCH * seen.lattice.cell_px
    inner, own = depth(seen, truth) > 0.5, depth(seen, yx) > 0.5
    return (cKDTree(yx).query(truth[inner])[0] < reach).mean(), (cKDTree(truth).query(yx[own])[0] > reach).mean()


@pytest.fixture(scope="module")
def noisy():
    seen = see(**NOISY)
    return seen, search_columns(seen.image, seen.mask, seen.lattice)


def test_columns_of_a_clean_film_are_found():
    seen = see(dose=400.0)
    found = search_columns(seen.image, seen.mask, seen.lattice, trials=40)
    share, false = shares(seen, found.yx)
    assert share > 0.99 and false < 0.005
    assert np.array_equal(found.yx, np.round(found.yx))


def test_noise_does_not_mislead_as_a_fixed_threshold_does(noisy):
    seen, found = noisy
    share, false = shares(seen, found.yx)
    fixed, fixed_false = shares(seen, find_columns(seen.image, seen.mask, seen.lattice, "blob_log").fit.yx)
    assert share > fixed + 0.02 and false < fixed_false


def test_the_knee_is_on_the_front_and_has_the_rewards_of_its_columns(noisy):
    seen, found = noisy
    assert np.array_equal(found.front, pareto.front(pareto.losses(found.rewards, list(REWARDS.values()))))
    assert found.front[found.knee]
    rewards = column_rewards(found.yx, seen.mask, seen.lattice)
    assert found.rewards[found.knee] == pytest.approx(list(rewards.values()))
    assert found.counts[found.knee] == len(found.yx)
    assert (found.spacing_error > OUT_OF_PLACE).mean() == pytest.approx(rewards["out_of_place"])
    assert len({SPACE.index(setting) for setting in found.settings}) == len(found.settings) == 60


def test_fewer_trials_are_the_first_ones_and_threads_do_not_matter(noisy):
    seen, found = noisy
    again = search_columns(seen.image, seen.mask, seen.lattice, trials=25, threads=2)
    assert again.settings == found.settings[:25]
    assert np.array_equal(again.rewards, found.rewards[:25])


def test_the_second_reward_site_by_site_shows_where_the_film_is_disordered():
    """Columns of a strip are scattered, as after irradiation."""
    seen = see(dose=300.0, shape=(520, 540))
    rng, yx = np.random.default_rng(0), seen.simulation.columns_yx.copy()
    strip = (yx[:, 1] > 200) & (yx[:, 1] < 330)
    yx[strip] += 0.12 * seen.lattice.cell_px * rng.normal(size=(strip.sum(), 2))
    wrong = spacing_errors(yx, seen.mask, seen.lattice) > OUT_OF_PLACE
    inner = (yx[:, 1] > 226) & (yx[:, 1] < 304)
    outer = (yx[:, 1] < 174) | (yx[:, 1] > 356)
    assert wrong[inner].mean() > 0.3 and wrong[outer].mean() < 0.01


def test_rewards_of_no_columns_are_the_worst():
    seen = see()
    none = column_rewards(np.empty((0, 2)), seen.mask, seen.lattice)
    assert none == {"count_error": 1.0, "out_of_place": 1.0}


def test_the_store_holds_trials_front_and_columns(noisy, tmp_path):
    _, found = noisy
    write_store(tmp_path / "search.zarr", found.arrays(), found.attributes())
    arrays, attributes = read_store(tmp_path / "search.zarr")
    assert arrays["rewards"].shape == (60, 2) and attributes["objectives"] == REWARDS
    knee = dict(zip(attributes["parameters"], arrays["setting"][attributes["knee"]].tolist(), strict=True))
    assert knee == pytest.approx(found.settings[found.knee])
