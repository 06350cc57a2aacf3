"""Gradients of the columns' fit as differences give them."""

import numpy as np
import pytest

from ferrotune.columns.fit.gaussians import windows
from ferrotune.columns.fit.normal_matrix import gradient
from helpers.gaussian_columns import PAD, RADIUS, SHAPE, THETA, drawn


def _objective(theta, values, weight):
    return 0.5 * float((weight * (values - drawn(theta).astype(float)) ** 2).sum())


def test_gradients_are_those_of_differences(threads):
    values = drawn(np.add(THETA, [0.4, -0.3, 0.1, 0.2]))
    weight = np.random.default_rng(0).uniform(0.5, 1.5, SHAPE).astype(np.float32)
    weighted = ((values - drawn(THETA)) * weight).astype(np.float32)
    found, _ = gradient(THETA, windows(THETA[:, :2], RADIUS, PAD), weighted, threads)
    for column, parameter in np.ndindex(THETA.shape):
        step = np.zeros_like(THETA)
        step[column, parameter] = 1e-2
        slope = (_objective(THETA - step, values, weight) - _objective(THETA + step, values, weight)) / 2e-2
        assert found[column, parameter] == pytest.approx(slope, rel=0.02, abs=0.02)
