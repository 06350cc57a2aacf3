"""The window that shows enough of a large image: all of a small one, the middle, or where the mask leaves most."""

import numpy as np

from ferrotune.images.fullest_window import fullest_window


def test_a_small_image_is_its_own_window_and_a_large_one_is_looked_at_in_its_middle():
    assert fullest_window(np.ones((90, 200), bool), 200) == (slice(0, 90), slice(0, 200))
    assert fullest_window(np.ones((400, 600), bool), 200) == (slice(100, 300), slice(200, 400))


def test_the_window_follows_the_mask():
    mask = np.zeros((400, 600), bool)
    mask[210:390, 20:180] = True
    window = fullest_window(mask, 200)
    assert mask[window].sum() == mask.sum()
