"""What the shape of columns changes: length and direction of the polarization."""

import numpy as np
import pytest

from ferrotune.cells.shape_change import shape_change
from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.sublattices import A, B
from helpers.crystal import LATTICE, crystal


def test_longer_and_turned():
    """With Gaussians P is 1.25 times as long, and turned back by 10 degrees; its directions are all there are."""
    back = np.radians(10)

    def at(index, length, turn):
        angle = index.sum(axis=1) / 3 - turn
        return length * np.stack([np.cos(angle), np.sin(angle)], axis=1)

    yx, kind = crystal(lambda index: at(index, 1.0, 0.0))
    gaussian, _ = crystal(lambda index: at(index, 1.25, back))
    cells = build_cells(yx[kind == A], yx[kind == B], LATTICE)
    change = shape_change(cells, gaussian, kind, LATTICE)
    assert change.factor == pytest.approx(0.8) and change.turn == pytest.approx(10)
    assert (change.mean, change.mean_gaussian) == pytest.approx((1.0, 1.25))
    assert "16 pm with tails, 20 pm with Gaussians" in change.said(16.0)


def test_nothing_without_polarization():
    yx, kind = crystal()
    cells = build_cells(yx[kind == A], np.zeros((0, 2)), LATTICE)
    assert shape_change(cells, yx, np.where(kind == B, -1, kind), LATTICE) is None
