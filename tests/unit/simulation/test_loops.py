"""The toy set: its loops are what its truth says, and its walls are straight."""

import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.loops.branches import area
from ferrotune.simulation.loops import MECHANISMS, LoopSpecimen, simulated_loops

QUIET = {"noise": 0.0, "variation": 0.0, "imprint": 0.0, "tilt": 0.0}


@pytest.fixture(scope="module")
def quiet():
    return simulated_loops(LoopSpecimen(shape=(30, 30), steps=400, **QUIET), seed=1)


def mean_loop(toy, name):
    return toy.channels["piezoresponse"][toy.mechanism == toy.names.index(name)].mean(axis=0)


def levels(loop):
    """Responses that the falling branch rests at: its most frequent values, to 0.1."""
    values, count = np.unique(np.round(10 * loop[: len(loop) // 2]), return_counts=True)
    return values[count > 9] / 10


@pytest.mark.parametrize(
    ("name", "rests"), [("one_step", [-1.0, 1.0]), ("two_step", [-1, -0.2, 1.0]), ("three_state", [-1.0, 0, 1.0])]
)
def test_a_branch_rests_at_the_states_of_its_mechanism(quiet, name, rests):
    found = levels(mean_loop(quiet, name))
    assert found == pytest.approx(np.array(rests), abs=0.11)


def test_one_step_switches_at_the_coercive_voltage(quiet):
    loop, half = mean_loop(quiet, "one_step"), len(quiet.voltage) // 2
    at = quiet.voltage[:half][np.abs(loop[:half]).argmin()]
    assert at == pytest.approx(-5.0, abs=0.1)


def test_three_states_make_a_pinched_loop(quiet):
    loop, middle = mean_loop(quiet, "three_state"), np.abs(quiet.voltage) < 0.8
    assert np.abs(loop[middle]).max() < 0.1
    assert 0 < area(quiet.voltage, loop[None])[0] < area(quiet.voltage, mean_loop(quiet, "one_step")[None])[0]


@pytest.mark.parametrize("seed", range(5))
def test_all_mechanisms_have_room_and_walls_are_straight(seed):
    toy = simulated_loops(LoopSpecimen(shape=(40, 40), steps=16), seed)
    share = np.bincount(toy.mechanism.ravel(), minlength=len(MECHANISMS)) / toy.mechanism.size
    assert share.min() > 0.1
    for pair in ((0, 1), (0, 2), (1, 2)):
        y, x = np.nonzero((toy.mechanism[:, 1:] != toy.mechanism[:, :-1]) & _is_pair(toy.mechanism, pair))
        if len(y) > 8:
            points = np.column_stack([y, x]) - np.mean([y, x], axis=1)
            assert np.linalg.svd(points, compute_uv=False)[1] / np.sqrt(len(y)) < 0.8  # of a step of the grid


def _is_pair(mechanism, pair):
    left, right = mechanism[:, :-1], mechanism[:, 1:]
    return ((left == pair[0]) & (right == pair[1])) | ((left == pair[1]) & (right == pair[0]))


def test_without_walls_there_is_one_mechanism_whose_loops_still_differ():
    toy = simulated_loops(LoopSpecimen(geometry="none", shape=(20, 20)), seed=3)
    assert (toy.mechanism == 0).all() and toy.parameters["saturation"].std() > 0.1


def test_the_same_seed_gives_the_same_bytes():
    one, other = (simulated_loops(LoopSpecimen(shape=(12, 12)), seed=4).channels["resonance"] for _ in range(2))
    assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"geometry": "film"}, "geometry 'film' is unknown"),
        ({"noise": -1}, "noise must be a number from 0 to 10"),
        ({"shape": [4, 40]}, "shape must be two whole numbers"),
        ({"shape": 40}, "shape must be two whole numbers"),
    ],
)
def test_a_wrong_setting_is_named(wrong, said):
    with pytest.raises(InputError, match=said):
        LoopSpecimen(**wrong)
