"""Background of the columns' fit: bilinear, with shares that sum to one."""

import numpy as np
import pytest

from ferrotune.columns.fit.background import Background
from helpers.gaussian_columns import SHAPE


def test_a_background_is_bilinear_and_its_shares_are_one():
    background = Background(SHAPE, 45.0)
    yx = np.random.default_rng(0).uniform(0, 140, (50, 2))
    shares = background.shares(yx)
    assert shares.sum(axis=1) == pytest.approx(1.0)
    level = np.random.default_rng(1).normal(size=background.size)
    field = background.field(level, (0, SHAPE[0]))
    at = np.rint(yx).astype(int)
    assert background.shares(at.astype(float)) @ level == pytest.approx(field[tuple(at.T)], abs=1e-5)
