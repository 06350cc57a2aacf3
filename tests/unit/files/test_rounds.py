"""Records of a round: what came of the trials, written, read and put back together."""

import json
import math

import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.files.rounds import read_labels, read_records, round_arrays, stored_walls, trial_arrays
from ferrotune.files.stores import read_store, write_store
from ferrotune.rewards import REWARDS
from ferrotune.segmentation import statuses
from ferrotune.walls import NO_WALLS_AT_ALL, Walls
from helpers.written_outcomes import TEST, written_outcome

RNG = np.random.default_rng(0)


def outcome(trial, status=statuses.OK, n_paths=2, reason=""):
    paths = [RNG.normal(size=(5 + i, 2)) for i in range(n_paths)]
    walls = Walls(RNG.normal(size=(n_paths + 1, 2, 2)), paths, [False] * n_paths, [np.ones(len(p)) for p in paths])
    walls = walls if n_paths else NO_WALLS_AT_ALL
    rewards = {name: (math.nan if not n_paths else float(trial + i)) for i, name in enumerate(REWARDS)}
    known = {"reason": reason, "seconds": 0.5 + trial}
    return written_outcome(trial, RNG.integers(0, 3, 20).astype(np.int8), walls, rewards, status, **known)


def write_round(folder, number, outcomes):
    store, proposal = folder / f"{number:03d}.zarr", folder / f"{number:03d}.json"
    write_store(store, *round_arrays(outcomes))
    trials = [{"trial": o.trial, "setting": {"rank": o.trial, "covariance": "tied"}} for o in outcomes]
    proposal.write_text(json.dumps({"round": number, "trials": trials}))
    return proposal, store


@pytest.fixture
def outcomes():
    failed = outcome(9, statuses.FAILED, 0, "ValueError: no, not so")
    return [outcome(8), failed, outcome(7, statuses.ONE_CLUSTER, 0), outcome(10, n_paths=3)]


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
        assert (record["test"], record["limit"]) == (TEST, pytest.approx(0.05))
        assert record["variation"] == pytest.approx(0.2)
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
    assert attributes["rewards"] == list(REWARDS) and attributes["statuses"] == list(statuses.STATUSES)
    for source in outcomes:
        segments = stored["segments"][stored["segment_trial"] == source.trial]
        assert segments == pytest.approx(source.walls.segments, rel=1e-6)
        mine = stored["point_trial"] == source.trial
        for wall, path in enumerate(source.walls.paths):
            assert stored["path_points"][mine & (stored["point_wall"] == wall)] == pytest.approx(path, rel=1e-6)
        row = stored["trial"].tolist().index(source.trial)
        assert np.array_equal(stored["labels"][row], source.labels)


def test_a_round_without_walls_is_a_round(tmp_path):
    files = write_round(tmp_path, 0, [outcome(0, statuses.NO_WALL_STANDS, 0)])
    records = read_records(*([f] for f in files))
    assert records[0]["status"] == statuses.NO_WALL_STANDS and math.isnan(records[0]["rewards"]["curvature"])


def test_no_rounds_no_records():
    assert read_records([], []) == []


def test_labels_are_those_of_the_trials_that_are_asked_for(tmp_path, outcomes):
    first = [outcome(0), outcome(1)]
    stores = [write_round(tmp_path, number, of)[1] for number, of in enumerate((first, outcomes))]
    labels = {o.trial: o.labels for o in (*first, *outcomes)}
    for trials in ([0, 1, 7, 8, 9, 10], [10, 1], [9]):
        found = read_labels(stores, trials)
        assert found.dtype == np.int8
        np.testing.assert_array_equal(found, [labels[trial] for trial in trials])
    with pytest.raises(InputError, match="holds trial 5"):
        read_labels(stores, [0, 5])


def closed_or_not(trial, closed):
    """A trial whose walls are rings of 40 points and their halves."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = 3 * np.column_stack([np.sin(angle), np.cos(angle)])
    paths = [ring if is_ring else ring[:20] for is_ring in closed]
    walls = Walls(np.zeros((1, 2, 2)), paths, closed, [np.ones(len(path)) for path in paths])
    return written_outcome(trial, np.zeros(20, np.int8), walls, {"length": 1.0})


@pytest.mark.parametrize("old", [False, True])
def test_which_walls_are_rings_is_kept_and_guessed_for_old_stores(tmp_path, old):
    closed = {4: [True, False], 5: [], 6: [False, True, True]}
    _, store = write_round(tmp_path, 0, [closed_or_not(trial, of) for trial, of in closed.items()])
    stored, _ = read_store(store)
    assert stored["wall_closed"].dtype == bool and stored["wall_trial"].tolist() == [4, 4, 6, 6, 6]
    if old:
        stored = {name: values for name, values in stored.items() if name not in ("wall_closed", "wall_trial")}
    for trial, expected in closed.items():
        # rings of 40 points of a radius of 3 cells: their ends are 0.47 cells apart
        paths, found = stored_walls(trial_arrays(stored, trial))
        assert found.tolist() == expected and [len(path) for path in paths] == [20 + 20 * ring for ring in expected]
