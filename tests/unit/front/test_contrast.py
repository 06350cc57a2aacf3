"""The trial in contrast is good by its rewards, and its segmentation differs."""

import numpy as np

from ferrotune.front.contrast import contrasting_trial

SELECTED = np.repeat([0, 1], 20)


def test_the_trial_on_the_front_that_differs_most_is_shown():
    other, close = np.tile([0, 1], 20), SELECTED.copy()
    close[:4] = 1
    labels = np.stack([SELECTED, close, other, other])
    losses = np.array([[0.0, 3.0], [1.0, 2.0], [2.0, 1.0], [9.0, 9.0]])
    assert contrasting_trial(losses, labels, SELECTED) == 2
    losses[2] = np.nan  # kept out by the guards
    assert contrasting_trial(losses, labels, SELECTED) == 1


def test_a_trial_behind_the_front_is_shown_if_all_of_the_front_agrees():
    labels = np.stack([SELECTED, 1 - SELECTED, np.tile([0, 1], 20)])
    losses = np.array([[0.0, 1.0], [1.0, 0.0], [5.0, 5.0]])
    assert contrasting_trial(losses, labels, SELECTED) == 2
    assert contrasting_trial(losses[:2], labels[:2], SELECTED) is None
