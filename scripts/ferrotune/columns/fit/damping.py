"""Shorter steps for columns that swing to and fro, as two do that share their light."""

import numpy as np

SWING = 0.5  # a step back by more than this share of the last one is a swing
HARDER, SOFTER = 3.0, 0.3  # what damping is multiplied by after a swing, and after none
STALE = 3.0  # damping, at least, of a column that has left the place that the normal matrix was taken at


class Damping:
    """Damping (n,) of n columns, in shares of their own diagonals of the normal matrix."""

    def __init__(self, n):
        self.value, self.step = np.zeros(n), np.zeros((n, 2))

    def mind(self, step, stale):
        """Look at the steps (n, 2) px just taken; stale (n,) bool: the normal matrix is no longer theirs."""
        swings = (step * self.step).sum(1) < -SWING * (self.step**2).sum(1)
        self.value = np.where(swings, HARDER * self.value + 1, SOFTER * self.value)
        self.value[stale] = np.maximum(self.value[stale], STALE)
        self.step = step
