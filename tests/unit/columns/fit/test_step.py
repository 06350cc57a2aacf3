"""Steps of the columns' fit: from state to state, downhill, and to the truth."""

import numpy as np
import pytest

from ferrotune.columns.fit.gaussians import AMPLITUDE
from ferrotune.columns.fit.state import Problem, started
from ferrotune.columns.fit.step import step

CELL = 26.0


@pytest.fixture
def crystal():
    """Image (y, x) of 5 x 5 columns of amplitude 1 and width 4.4 px, and their positions (n, 2) px."""
    yx = CELL * (np.argwhere(np.ones((5, 5))) + 1) + 0.3
    y, x = np.indices((160, 160))
    image = 0.2 + sum(np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * 4.4**2)) for cy, cx in yx)
    return image, yx


def test_a_step_leaves_the_state_before_it_as_it_is(crystal, threads):
    image, yx = crystal
    problem = Problem.of(image, np.ones(image.shape, bool), CELL, threads)
    state = started(problem, yx + 1.0)
    for _ in range(4):
        arrays = [state.model.theta, state.model.level, state.model.elongation, state.model.widths.level]
        before = [array.copy() for array in arrays]
        state, passes = step(problem, state), state.passes
        assert state.passes == passes + 1
        for array, same in zip(arrays, before, strict=True):
            assert np.array_equal(array, same)


def test_steps_lead_downhill_to_the_truth(crystal, threads):
    image, yx = crystal
    problem = Problem.of(image, np.ones(image.shape, bool), CELL, threads)
    state, squares = started(problem, yx + 1.0), []
    for _ in range(6):
        state = step(problem, state)
        squares.append(state.square)
    assert squares[1] < squares[0]
    assert np.abs(state.model.theta[:, :2] - yx).max() < 0.01
    assert state.model.theta[:, AMPLITUDE] * problem.image.scale == pytest.approx(np.ones(25), abs=0.01)
