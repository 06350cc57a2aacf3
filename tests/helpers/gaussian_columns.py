"""Three Gaussian columns in a padded image, for tests of the columns' fit."""

import numpy as np

from ferrotune.columns.fit.gaussians import render, windows

PAD, RADIUS = 30, 16
# y, x, amplitude, width: two columns whose tails overlap, and one by itself
THETA = np.array([[40.3, 41.8, 1.0, 4.5], [53.1, 55.2, 0.4, 4.7], [90.6, 80.4, 0.8, 4.4]])
SHAPE = (160 + 2 * PAD, 150 + 2 * PAD)


def drawn(theta, shape=None):
    """Model (y, x) of columns; the Gaussians are negligible outside their windows."""
    canvas = np.zeros(SHAPE, np.float32)
    shape = np.zeros((len(theta), 2)) if shape is None else shape
    for first in range(0, SHAPE[0], 128):
        at = windows(theta[:, :2], RADIUS, PAD)
        render(theta, shape, at, canvas, (first, min(first + 128, SHAPE[0])))
    return canvas
