"""Walls written down by hand, and segmentations that have nothing else."""

from types import SimpleNamespace

import numpy as np

from ferrotune.rewards import Segmentation
from ferrotune.walls import Walls


def of_walls(walls):
    """Segmentation of which only the walls are known."""
    return Segmentation(np.zeros(4, np.int8), walls, sites=SimpleNamespace(lattice=None, polarization=None))


def straight_and_quarter(radius=10.0, length=30.0):
    """A straight wall, and a quarter of a circle as one chord."""
    turn = np.linspace(0, np.pi / 2, 401)
    arc = radius * np.column_stack([np.sin(turn), np.cos(turn)])
    line = np.column_stack([np.zeros(601), np.linspace(0, length, 601)])
    return Walls(
        np.array([line[[0, -1]], arc[[0, -1]]]),
        [line, arc],
        [False, False],
        [np.zeros(601), np.full(401, 1 / radius)],
    )
