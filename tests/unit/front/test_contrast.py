"""The trial in contrast: on the front, and as different as possible from the selected one."""

import numpy as np

from ferrotune.front.contrast import contrasting_trial

NAN = np.nan


def test_the_contrasting_trial_is_on_the_front_and_differs_most():
    selected = np.repeat([0, 1], 20)
    labels = np.stack([selected, 1 - selected, np.arange(40) % 2, np.repeat([0, 1], [10, 30])])
    losses = np.array([[0, 3], [1, 2], [2, 1], [3, 0.0]])
    assert contrasting_trial(losses, labels, selected) == 2
    # a front that agrees altogether gives way to the next one; what may not be on a front is passed over
    assert contrasting_trial(np.array([[0, 0], [0, 1], [9, 9], [2, 2.0]]), labels, selected) == 3
    assert contrasting_trial(np.array([[0, 0], [0, 1], [9, 9], [NAN, 2]]), labels, selected) == 2
    assert contrasting_trial(losses[:2], labels[:2], selected) is None
    assert contrasting_trial(np.full((4, 2), NAN), labels, selected) is None
