"""Damping of columns that move to and fro."""

import numpy as np

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.damping import Damping


def test_a_swing_is_damped_and_a_step_onwards_is_not():
    there, back = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]), np.array([[-0.9, 0.0], [-0.1, 0.0], [0.5, 0.0]])
    once = Damping.none(3).after(there, np.zeros(3, bool))
    assert np.array_equal(once.value, [0, 0, 0])
    assert np.array_equal(once.after(back, np.zeros(3, bool)).value, [1, 0, 0])


def test_damping_fades_and_a_stale_matrix_keeps_it_up():
    damped = Damping(np.array([2.0, 2.0]), np.ones((2, 2)))
    after = damped.after(np.ones((2, 2)), np.array([False, True]))
    assert np.array_equal(after.value, [CHOICES.softer * 2, CHOICES.stale])
