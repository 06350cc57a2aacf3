"""Gradients of the columns' fit as differences give them."""

import numpy as np
import pytest

from ferrotune.columns.fit.background import Background
from ferrotune.columns.fit.gaussians import windows
from ferrotune.columns.fit.normal_matrix import Layer, curvature, gradient
from helpers.gaussian_columns import PAD, RADIUS, SHAPE, THETA, drawn


def layer(theta, chain=None):
    return Layer(theta, np.zeros((len(theta), 2)), windows(theta[:, :2], RADIUS, PAD), chain)


def _objective(theta, values, weight):
    return 0.5 * float((weight * (values - drawn(theta).astype(float)) ** 2).sum())


def test_gradients_are_those_of_differences(threads):
    values = drawn(np.add(THETA, [0.4, -0.3, 0.1, 0.2]))
    weight = np.random.default_rng(0).uniform(0.5, 1.5, SHAPE).astype(np.float32)
    weighted = ((values - drawn(THETA)) * weight).astype(np.float32)
    found, _ = gradient([layer(THETA)], weighted, threads)
    for column, parameter in np.ndindex(THETA.shape):
        step = np.zeros_like(THETA)
        step[column, parameter] = 1e-2
        slope = (_objective(THETA - step, values, weight) - _objective(THETA + step, values, weight)) / 2e-2
        assert found[column, parameter] == pytest.approx(slope, rel=0.02, abs=0.02)


def test_gradient_and_matrix_of_columns_with_tails_are_those_of_differences(threads):
    """A column and its tail are one: the tail has a quarter of the amplitude and one and a half times the width.

    The normal matrix times a small step is the change of the gradient, the residuals' own part in it being none.
    """
    chain = np.tile([1.0, 1.0, 0.25, 1.5], (len(THETA), 1))

    def layers(theta):
        return [layer(theta), layer(theta * chain, chain)]

    def image(theta):
        return drawn(theta).astype(float) + drawn(theta * chain).astype(float)

    weight = np.ones(SHAPE, np.float32)  # the matrix is summed over every second pixel
    at, background = windows(THETA[:, :2], RADIUS, PAD), Background(SHAPE, 45.0)
    matrix = curvature(layers(THETA), at, weight, background, np.array([[0, 1]]), threads)
    for column, parameter in np.ndindex(THETA.shape):
        step = np.zeros_like(THETA)
        step[column, parameter] = 1e-2
        residual = ((image(THETA + step) - image(THETA - step)) * weight / 2).astype(np.float32)
        slope = gradient(layers(THETA), residual, threads)[0] / 1e-2
        expected = matrix.own[column][:, parameter]
        assert slope[column] == pytest.approx(expected, rel=0.02, abs=0.02 * np.abs(matrix.own[column]).max())
        if column < 2:
            other = matrix.between[0].T if column == 0 else matrix.between[0]
            assert slope[1 - column] == pytest.approx(other[:, parameter], abs=0.02 * np.abs(matrix.own[0]).max())
