"""Records of a round: what came of the trials, written, read and put back together."""

import json
import math

import numpy as np
import pytest

from ferrotune.files.rounds import read_records, round_arrays
from ferrotune.files.stores import read_store, write_store
from ferrotune.rewards import REWARDS
from ferrotune.search.evaluation import Outcome
from ferrotune.segmentation import guards
from ferrotune.walls import NO_WALLS_AT_ALL, Walls

RNG = np.random.default_rng(0)


def outcome(trial, status=guards.OK, n_paths=2, reason=""):
    paths = [RNG.normal(size=(5 + i, 2)) for i in range(n_paths)]
    walls = Walls(RNG.normal(size=(n_paths + 1, 2, 2)), paths, [False] * n_paths, [np.ones(len(p)) for p in paths])
    walls = walls if n_paths else NO_WALLS_AT_ALL
    rewards = {name: (math.nan if not n_paths else float(trial + i)) for i, name in enumerate(REWARDS)}
    return Outcome(trial, RNG.integers(0, 3, 20).astype(np.int8), walls, rewards, status, reason, 0.5 + trial)


def write_round(folder, number, outcomes):
    store, proposal = folder / f"{number:03d}.zarr", folder / f"{number:03d}.json"
    write_store(store, *round_arrays(outcomes))
    trials = [{"trial": o.trial, "setting": {"rank": o.trial, "covariance": "tied"}} for o in outcomes]
    proposal.write_text(json.dumps({"round": number, "trials": trials}))
    return proposal, store


@pytest.fixture
def outcomes():
    failed = outcome(9, guards.FAILED, 0, "ValueError: no, not so")
    return [outcome(8), failed, outcome(7, guards.ONE_CLUSTER, 0), outcome(10, n_paths=3)]


def test_records_are_what_came_of_the_trials(tmp_path, outcomes):
    first = [outcome(0), outcome(1)]
    files = [write_round(tmp_path, 0, first), write_round(tmp_path, 1, outcomes)]
    records = read_records(*zip(*files, strict=True))
    assert [r["trial"] for r in records] == [0, 1, 8, 9, 7, 10]
    assert [r["round"] for r in records] == [0, 0, 1, 1, 1, 1]
    for record, source in zip(records, [*first, *outcomes], strict=True):
        assert record["setting"] == {"rank": source.trial, "covariance": "tied"}
        assert (record["status"], record["reason"]) == (source.status, source.reason)
        assert record["rewards"] == pytest.approx(dict(source.rewards), nan_ok=True)
        assert record["n_walls"] == len(source.walls.paths)
        assert record["seconds"] == pytest.approx(source.seconds)


def test_arrays_are_ordered_by_trial_whatever_finished_first(tmp_path, outcomes):
    arrays, _ = round_arrays(outcomes)
    assert arrays["trial"][1].tolist() == [7, 8, 9, 10]
    again, _ = round_arrays(outcomes[::-1])
    for name, (dimensions, values) in arrays.items():
        assert again[name][0] == dimensions and again[name][1].tobytes() == values.tobytes()


def test_walls_can_be_put_together_again(tmp_path, outcomes):
    _, store = write_round(tmp_path, 0, outcomes)
    stored, attributes = read_store(store)
    assert attributes["rewards"] == list(REWARDS) and attributes["statuses"] == list(guards.STATUSES)
    for source in outcomes:
        segments = stored["segments"][stored["segment_trial"] == source.trial]
        assert segments == pytest.approx(source.walls.segments, rel=1e-6)
        mine = stored["point_trial"] == source.trial
        for wall, path in enumerate(source.walls.paths):
            assert stored["path_points"][mine & (stored["point_wall"] == wall)] == pytest.approx(path, rel=1e-6)
        row = stored["trial"].tolist().index(source.trial)
        assert np.array_equal(stored["labels"][row], source.labels)


def test_a_round_without_walls_is_a_round(tmp_path):
    files = write_round(tmp_path, 0, [outcome(0, guards.NO_WALLS, 0)])
    records = read_records(*([f] for f in files))
    assert records[0]["status"] == guards.NO_WALLS and math.isnan(records[0]["rewards"]["curvature"])


def test_no_rounds_no_records():
    assert read_records([], []) == []
