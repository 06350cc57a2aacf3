"""States of the columns' fit: first guesses by the mask, coupling by width, models halfway."""

from dataclasses import replace

import numpy as np
import pytest

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.state import FirstGuess, Problem, started

CELL = 20.0
YX = np.array([[40.0, 40.0], [40.0, 65.0], [40.0, 76.0], [40.0, 140.0]])


@pytest.fixture
def problem(threads):
    mask = np.ones((120, 120), bool)
    mask[:, 70:] = False
    return Problem.of(np.random.default_rng(0).normal(size=mask.shape), mask, CELL, threads)


def test_columns_outside_the_mask_and_cut_ones_are_known(problem):
    guess = FirstGuess.of(problem, YX, np.zeros(4))
    assert guess.outside.tolist() == [False, False, True, True]
    assert guess.whole.tolist() == [True, False, False, False]
    assert guess.yx[3, 1] == 119 + CHOICES.room_cells * CELL  # no further from the image


def test_columns_that_prove_wide_are_coupled_further_and_stay_so(problem):
    state = started(problem, YX)
    assert state.coupling.pairs.tolist() == [[1, 2]]
    widths = replace(state.model.widths, typical=np.full(4, 1.01 * CHOICES.wide_cells * CELL))
    wide = state.coupling.renewed(replace(state.model, widths=widths))
    assert wide.wide and wide.pairs.tolist() == [[0, 1], [1, 2]]
    assert wide.renewed(state.model) is wide


def test_a_model_halfway_is_the_mean(problem):
    model = started(problem, YX).model
    other = replace(model, theta=model.theta + 2.0, level=model.level + 4.0)
    middle = model.halfway(other)
    assert np.allclose(middle.theta, model.theta + 1.0) and np.allclose(middle.level, model.level + 2.0)
    assert np.array_equal(middle.widths.typical, model.widths.typical)
