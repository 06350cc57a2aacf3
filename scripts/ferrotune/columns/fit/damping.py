"""Damping: shorter steps for columns that move to and fro, as two overlapping columns do."""

from dataclasses import dataclass

import numpy as np

from ferrotune.columns.fit.choices import CHOICES


@dataclass(frozen=True)
class Damping:
    """Damping `value` (n,) of n columns, in shares of their diagonals of the normal matrix; last `step` (n, 2) px."""

    value: np.ndarray
    step: np.ndarray

    @classmethod
    def none(cls, n):
        """No damping of n columns, before their first step."""
        return cls(np.zeros(n), np.zeros((n, 2)))

    def after(self, step, stale):
        """Damping after the steps (n, 2) px; stale (n,) bool where the normal matrix is no longer the column's."""
        swings = (step * self.step).sum(1) < -CHOICES.swing * (self.step**2).sum(1)
        value = np.where(swings, CHOICES.harder * self.value + 1, CHOICES.softer * self.value)
        value[stale] = np.maximum(value[stale], CHOICES.stale)
        return Damping(value, step)
