"""What a sample cannot show is found in drawn loops, and nothing in those that it can."""

import numpy as np
import pytest

from ferrotune.loops.physical_sense import impossible, sense_of
from helpers.drawn_loops import DOWN, VOLTAGE, loop

ONE = loop()
POSSIBLE = {
    "one step": ONE,
    "two steps": loop(1.0, steps=(0.6, 0.4)),
    "three states, pinched": loop(-1.5, steps=(0.5, 0.5), apart=6.5),
    "imprint": loop(imprint=2.5),
    "a slope of either sign": ONE - 0.05 * VOLTAGE,
    "an offset": ONE + 3,
    "small": 0.3 * ONE,
}
IMPOSSIBLE = {
    "does not close": ONE + 0.5 * np.linspace(0, 1, len(ONE)),
    "goes back": ONE - 0.6 * np.exp(-((VOLTAGE - 6) ** 2)) * DOWN,
    "figure of eight": np.where(VOLTAGE > 0, ONE, loop(-4.0)),
    "three steps": loop(-3.5, steps=(0.34, 0.33, 0.33), apart=5.0, width=0.5),
}


def judged(some, most=2):
    """Whether a loop is impossible, among good ones so that the sense of the cycle is known."""
    return impossible(VOLTAGE, np.array([some, *[ONE] * 5]), most)[0]


@pytest.mark.parametrize("name", POSSIBLE)
@pytest.mark.parametrize("sign", [1, -1])
def test_loops_that_a_sample_shows_are_possible(name, sign):
    assert not impossible(VOLTAGE, sign * np.array([POSSIBLE[name], *[ONE] * 5]))[0]


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_loops_that_no_sample_shows_are_impossible(name):
    assert judged(IMPOSSIBLE[name])


def test_noise_makes_few_loops_impossible():
    rng = np.random.default_rng(1)
    loops = np.repeat(np.array([*POSSIBLE.values()][:4]), 50, axis=0)
    loops = loops + 0.05 * rng.standard_normal(loops.shape)
    assert impossible(VOLTAGE, loops).mean() < 0.05


def test_the_number_of_steps_is_counted_and_may_be_stated():
    loops = np.array([ONE, POSSIBLE["two steps"], IMPOSSIBLE["three steps"]])
    assert sense_of(VOLTAGE, loops).steps.tolist() == [1, 2, 3]
    assert judged(POSSIBLE["two steps"], most=1) and not judged(POSSIBLE["two steps"], most=2)


def test_the_lower_branch_first_is_impossible_where_all_others_have_the_upper_first():
    assert judged(-ONE)


def test_a_voltage_that_does_not_turn_once_has_no_loop():
    with pytest.raises(ValueError, match="two branches; this voltage has 1"):
        impossible(np.arange(10.0), np.zeros((1, 10)))
