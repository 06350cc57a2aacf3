"""The parts of the columns' fit: noise as it was made, derivatives as differences give them, equations solved."""

import numpy as np
import pytest
from scipy import sparse

from ferrotune.columns.fit.background import Background
from ferrotune.columns.fit.gaussians import render, windows
from ferrotune.columns.fit.normal_matrix import curvature, gradient
from ferrotune.columns.fit.solver import Field, covariances, solve
from ferrotune.columns.fit.threads import Threads
from ferrotune.images.noise import measure_noise

PAD, RADIUS = 30, 16
# y, x, amplitude, width: two columns whose tails overlap, and one by itself
THETA = np.array([[40.3, 41.8, 1.0, 4.5], [53.1, 55.2, 0.4, 4.7], [90.6, 80.4, 0.8, 4.4]])
SHAPE = (160 + 2 * PAD, 150 + 2 * PAD)


@pytest.fixture(scope="module")
def threads():
    with Threads(1) as one:
        yield one


def drawn(theta, shape=None):
    """Model (y, x) of columns, of which all of a Gaussian's light that counts lies in its window."""
    canvas = np.zeros(SHAPE, np.float32)
    shape = np.zeros((len(theta), 2)) if shape is None else shape
    for first in range(0, SHAPE[0], 128):
        at = windows(theta[:, :2], RADIUS, PAD)
        render(theta, shape, at, canvas, (first, min(first + 128, SHAPE[0])))
    return canvas


def test_columns_are_drawn_as_gaussians():
    y, x = np.indices(SHAPE) - PAD
    expected = sum(a * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * w**2)) for cy, cx, a, w in THETA)
    assert np.abs(drawn(THETA) - expected).max() < 0.005  # the light beyond the windows


def test_an_elongation_is_that_of_the_second_moments():
    stretched = drawn(THETA[2:], np.array([[0.1, 0.0]]))
    y, x = np.indices(SHAPE) - PAD - THETA[2, :2, None, None]
    down, along = (float((t**2 * stretched).sum() / stretched.sum()) for t in (y, x))
    # windows of 3.6 widths leave out a little of both
    assert down / along == pytest.approx(1.1 / 0.9, rel=0.02)


@pytest.mark.parametrize(("floor", "slope"), [(0.02, 0.0), (0.004, 0.1), (0.005, 0.05)])
def test_noise_is_measured_as_it_was_made(floor, slope):
    rng = np.random.default_rng(0)
    level = rng.uniform(0.1, 1.1, 100_000)
    residual = rng.normal(size=level.size) * np.sqrt(floor + slope * (level - 0.1))
    noise = measure_noise(residual, level, np.zeros(level.size))
    assert noise.variance(level).mean() == pytest.approx((floor + slope * (level - 0.1)).mean(), rel=0.03)
    assert noise.variance(np.array([1.0]))[0] == pytest.approx(floor + 0.9 * slope, rel=0.05)


def test_dirt_is_no_noise():
    rng = np.random.default_rng(0)
    level, residual = rng.uniform(0, 1, 50_000), rng.normal(0, 0.1, 50_000)
    residual[::1000] = 5.0
    noise = measure_noise(residual, level, np.zeros(level.size))
    assert noise.variance(np.array([0.5]))[0] == pytest.approx(0.01, rel=0.05)


def test_a_background_is_bilinear_and_its_shares_are_one():
    background = Background(SHAPE, 45.0)
    yx = np.random.default_rng(0).uniform(0, 140, (50, 2))
    shares = background.shares(yx)
    assert shares.sum(axis=1) == pytest.approx(1.0)
    level = np.random.default_rng(1).normal(size=background.size)
    field = background.field(level, (0, SHAPE[0]))
    at = np.rint(yx).astype(int)
    assert background.shares(at.astype(float)) @ level == pytest.approx(field[tuple(at.T)], abs=1e-5)


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


def test_the_normal_equations_are_solved_as_a_dense_solver_does(threads):
    background = Background(SHAPE, 45.0)
    at = windows(THETA[:, :2], RADIUS, PAD)
    weight = np.ones(SHAPE, np.float32)
    matrix = curvature(THETA, at, weight, background, np.array([[0, 1]]), threads)
    rng = np.random.default_rng(0)
    slope, of_nodes = rng.normal(size=THETA.shape), rng.normal(size=background.size)
    known, expected = np.full(THETA.shape, 0.5), rng.normal(size=THETA.shape)
    fixed = Field(sparse.csr_array(np.ones((3, 1))), np.array([1e12]), np.zeros(1))  # a field of widths that stays
    step, widths, _ = solve(matrix, known, slope, expected, of_nodes, fixed, 1e-9, threads)
    n, m = THETA.size, background.size
    dense = np.zeros((n + m, n + m))
    for k in range(3):
        dense[4 * k : 4 * k + 4, 4 * k : 4 * k + 4] = matrix.own[k] + np.diag(known[k])
    dense[0:4, 4:8], dense[4:8, 0:4] = matrix.between[0], matrix.between[0].T
    dense[:n, n:], dense[n:, :n] = matrix.shared.toarray(), matrix.shared.toarray().T
    dense[n:, n:] = matrix.nodes.toarray()
    solution = np.linalg.solve(dense, np.concatenate([(slope + expected).ravel(), of_nodes]))
    assert np.abs(widths).max() < 1e-6
    assert step.ravel() == pytest.approx(solution[:n], rel=1e-3, abs=1e-3 * np.abs(solution[:n]).max())
    error = np.sqrt(np.einsum("nii->ni", covariances(matrix, known, threads)))
    columns_only = np.sqrt(np.diag(np.linalg.inv(dense[:n, :n]))).reshape(3, 4)
    assert error == pytest.approx(columns_only, rel=1e-3)
