"""The proposals of a round: pure, distinct, and better than chance on a tabulated landscape."""

import json
import logging

import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.front import pareto
from ferrotune.pipelines.space import Space
from ferrotune.search import proposals

OBJECTIVES = {"curvature": "minimise", "length": "maximise"}
DIRECTIONS = ["minimise", "maximise"]
NAN = float("nan")
SPACE = Space.from_config(
    {
        "window": {"low": 0.5, "high": 3.0, "step": 0.25},
        "components": {"low": 2, "high": 16, "step": 2},
        "clusters": {"low": 2, "high": 7, "step": 1},
        "covariance": ["full", "tied", "diag", "spherical"],
        "whiten": [True],
    }
)


def trial(setting):
    """A trial of a landscape of known front: 16 components, full covariance, window following clusters."""
    window, clusters = (setting["window"] - 0.5) / 2.5, (setting["clusters"] - 2) / 5
    off_front = 2 * (1 - setting["components"] / 16) ** 2
    off_front += {"full": 0.0, "tied": 0.05, "diag": 0.25, "spherical": 0.5}[setting["covariance"]]
    off_front += abs(window - clusters)
    rewards = {"curvature": clusters + off_front, "length": np.sqrt(clusters) - 1 - off_front}
    return {"setting": setting, "status": "ok", "rewards": {k: float(v) for k, v in rewards.items()}}


def losses(records):
    rewards = [[record["rewards"][name] for name in OBJECTIVES] for record in records]
    return pareto.losses(np.array(rewards), DIRECTIONS)


def searched(rounds, seed=0, startup=16, batch=8, evaluate=trial):
    """Records of a whole search."""
    records = []
    for number in range(rounds):
        settings = proposals.suggest(SPACE, records, OBJECTIVES, batch, number, seed, startup)
        records += [evaluate(setting) for setting in settings]
    return records


@pytest.fixture(scope="module")
def searches():
    """Whole searches of 104 trials, one for each of three seeds."""
    return [searched(13, seed) for seed in range(3)]


def indices(settings):
    return [SPACE.index(setting) for setting in settings]


def test_the_landscape_has_the_front_that_it_is_built_to_have():
    front = [r["setting"] for r in np.array([trial(s) for s in SPACE])[pareto.front(losses(map(trial, SPACE)))]]
    assert {setting["clusters"] for setting in front} == set(range(2, 8))
    assert {(setting["components"], setting["covariance"]) for setting in front} == {(16, "full")}


def test_proposals_are_a_pure_function_of_the_records_and_the_seed():
    records = searched(3)
    arguments = OBJECTIVES, 4, 3, 0, 16
    proposed = json.dumps(proposals.suggest(SPACE, records, *arguments))
    np.random.seed(1)  # noqa: NPY002 - the global state must not matter
    shuffled = [json.loads(json.dumps(dict(reversed(record.items())), sort_keys=True)) for record in records]
    before = json.dumps(shuffled)
    assert json.dumps(proposals.suggest(SPACE, shuffled, *arguments)) == proposed
    assert json.dumps(shuffled) == before
    turned = dict(reversed(OBJECTIVES.items()))
    assert json.dumps(proposals.suggest(SPACE, records, turned, *arguments[1:])) == proposed


def test_seed_and_round_change_the_proposals():
    records = searched(3)
    kinds = [(3, 0), (3, 1), (4, 0)]
    found = {json.dumps(proposals.suggest(SPACE, records, OBJECTIVES, 4, r, seed, 16)) for r, seed in kinds}
    assert len(found) == len(kinds)
    assert proposals.suggest(SPACE, [], OBJECTIVES, 4, 0, 0, 16) != proposals.suggest(
        SPACE, [], OBJECTIVES, 4, 0, 1, 16
    )


@pytest.mark.parametrize("done", [1, 3])
def test_more_proposals_keep_the_earlier_ones(done):
    records = searched(done)
    many = proposals.suggest(SPACE, records, OBJECTIVES, 12, done, 0, 16)
    assert proposals.suggest(SPACE, records, OBJECTIVES, 5, done, 0, 16) == many[:5]


def test_no_setting_is_proposed_twice(searches):
    for records in searches:
        assert len(set(indices([record["setting"] for record in records]))) == len(records) == 104


def test_settings_are_plain_and_of_the_space(searches):
    for setting in (record["setting"] for record in searches[0]):
        assert list(setting) == list(SPACE.names)
        kinds = [type(value) for value in setting.values()]
        assert kinds == [float, int, int, str, bool]
        assert json.loads(json.dumps(setting)) == setting


@pytest.mark.parametrize("startup", [0, 4, 100])
def test_a_small_space_is_emptied_and_then_nothing_is_left(startup):
    space = Space.from_config({"clusters": {"low": 2, "high": 5, "step": 1}, "whiten": [True, False, None]})
    records, rounds = [], []
    for number in range(4):
        rounds.append(proposals.suggest(space, records, OBJECTIVES, 5, number, 3, startup))
        records += [
            {"setting": s, "status": "ok", "rewards": {"curvature": s["clusters"], "length": 1.0}} for s in rounds[-1]
        ]
    assert [len(settings) for settings in rounds] == [5, 5, 2, 0]
    assert sorted(space.index(record["setting"]) for record in records) == list(range(12))


def test_a_space_of_one_setting():
    space = Space.from_config({"clusters": [3]})
    assert proposals.suggest(space, [], OBJECTIVES, 5, 0, 0, 0) == [{"clusters": 3}]


def test_start_up_fills_each_parameter_evenly():
    space = Space.from_config({"a": {"low": 0, "high": 7, "step": 1}, "b": [*"abcdefgh"], "c": [True, False]})
    settings = proposals.suggest(space, [], OBJECTIVES, 16, 0, 0, 16)
    for name in "ab":
        assert sorted(setting[name] for setting in settings) == sorted(space.values(name) * 2)
    assert sum(setting["c"] for setting in settings) == 8


def trivial(rewards):
    """Trials of which half are one cluster, with these rewards in place of those of their setting."""

    def evaluate(setting):
        if setting["covariance"] in ("diag", "spherical"):
            return {"setting": setting, "status": "one_cluster", "rewards": rewards}
        return trial(setting)

    return evaluate


@pytest.mark.parametrize(
    ("rewards", "drawn"), [({"curvature": NAN, "length": NAN}, False), ({"curvature": 0.0, "length": 99.0}, True)]
)
def test_a_search_leaves_trials_without_rewards_and_is_drawn_to_the_best(rewards, drawn):
    """Without a wall there is no reward; as numbers, those of one cluster would be the best of all."""
    after = [r for seed in range(2) for r in searched(6, seed, evaluate=trivial(rewards))[16:]]
    share = np.mean([record["status"] == "one_cluster" for record in after])
    # By chance it would be a half.
    assert share > 0.65 if drawn else share < 0.35


@pytest.mark.parametrize("rewards", [{}, {"curvature": NAN, "length": 1.0}, {"curvature": None}])
def test_trials_without_rewards_count_as_tried_and_stop_nothing(rewards):
    records = searched(5, evaluate=lambda setting: {"setting": setting, "status": "failed: why", "rewards": rewards})
    assert len(set(indices([record["setting"] for record in records]))) == 40
    assert len(set(indices(proposals.suggest(SPACE, records, OBJECTIVES, 3, 5, 0, 16)))) == 3


def test_search_beats_chance(searches):
    table = losses(map(trial, SPACE))
    bounds = pareto.ideal_nadir(table)
    best = pareto.hypervolume(table, bounds)

    def share(records):
        return pareto.hypervolume(losses(records), bounds) / best

    chance = np.random.default_rng(0)
    random = [share([trial(SPACE.setting(int(i))) for i in chance.choice(SPACE.size, 100)]) for _ in range(16)]
    guided = [share(records[:100]) for records in searches]
    assert np.mean(guided) > np.mean(random) + 0.1
    assert min(guided) > np.mean(random)


def test_hyperopt_says_nothing(capfd, caplog):
    with caplog.at_level(logging.DEBUG):
        proposals.suggest(SPACE, searched(2), OBJECTIVES, 2, 2, 0, 16)
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_three_objectives():
    objectives = {**OBJECTIVES, "chord": "minimise"}
    records = searched(3)
    for record in records:
        record["rewards"]["chord"] = record["setting"]["window"]
    assert len(proposals.suggest(SPACE, records, objectives, 3, 3, 0, 16)) == 3


def test_errors():
    with pytest.raises(InputError, match="fewer than two"):
        proposals.suggest(SPACE, [], {"curvature": "minimise"}, 1, 0, 0, 4)
    with pytest.raises(InputError, match="direction 'down'"):
        proposals.suggest(SPACE, [], {"curvature": "down", "length": "maximise"}, 1, 0, 0, 4)


def test_exhaustive_goes_through_all_settings_in_order():
    whole = [setting for start in range(0, SPACE.size, 1000) for setting in proposals.exhaustive(SPACE, start, 1000)]
    assert whole == list(SPACE)
    assert proposals.exhaustive(SPACE, SPACE.size, 8) == []
