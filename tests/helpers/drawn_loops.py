"""Hysteresis loops drawn by hand: each branch a sum of steps at voltages that are known."""

from dataclasses import dataclass

import numpy as np

from ferrotune.sites.sites import Sites

STEPS, VOLTS = 48, 10.0
HALF = STEPS // 2
# a cycle that falls first; neither end is repeated
VOLTAGE = VOLTS * np.concatenate([1 - 2 * np.arange(HALF) / HALF, 2 * np.arange(HALF) / HALF - 1])
DOWN = np.arange(STEPS) < HALF


def loop(coercive=4.0, height=1.0, imprint=0.0, steps=(1.0,), apart=4.0, width=0.8, voltage=VOLTAGE):
    """A loop (step,) whose branches switch in `steps` (shares), the first at the coercive voltage, the next further."""
    found, down = np.zeros(len(voltage)), np.arange(len(voltage)) < len(voltage) / 2
    for n, share in enumerate(steps):
        at = coercive + n * apart
        found += share * np.tanh((voltage - imprint + np.where(down, at, -at)) / width)
    return height * found


def two_mechanisms(rows=14, columns=16, noise=0.05, seed=0):
    """Loops (site, step) of one step (left) and of two (right), whose height varies; and the mechanism (site,)."""
    rng = np.random.default_rng(seed)
    mechanism = np.tile(np.arange(columns) >= columns // 2, rows).astype(int)
    shapes = [loop(3.0), loop(1.0, steps=(0.5, 0.5), apart=5.0)]
    height = rng.uniform(0.9, 1.1, len(mechanism))
    clean = np.stack([h * shapes[m] for m, h in zip(mechanism, height, strict=True)])
    return (clean + noise * rng.standard_normal(clean.shape)).astype(np.float32), mechanism


@dataclass(frozen=True)
class DrawnLoops:
    """Loops held in memory, as the descriptor `spectra` opens them."""

    real: np.ndarray
    axis: np.ndarray

    def loops(self, setting):
        """Loops (site, step)."""
        return self.real

    def features(self, setting):
        """The same, as other reductions take them."""
        return self.real

    def __len__(self):
        return len(self.real)


def grid_sites(rows, columns):
    """Sites on a grid of rows x columns points, a cell apart."""
    yx = np.argwhere(np.ones((rows, columns))).astype(float) + 1
    return Sites.of(yx, np.ones((rows + 2, columns + 2), bool), 1.0)
