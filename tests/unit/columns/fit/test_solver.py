"""Normal equations solved as a dense solver does, and covariances."""

import numpy as np
import pytest
from scipy import sparse

from ferrotune.columns.fit.background import Background
from ferrotune.columns.fit.gaussians import windows
from ferrotune.columns.fit.normal_matrix import Layer, curvature
from ferrotune.columns.fit.solver import Field, covariances, solve
from helpers.gaussian_columns import PAD, RADIUS, SHAPE, THETA


def test_the_normal_equations_are_solved_as_a_dense_solver_does(threads):
    background = Background(SHAPE, 45.0)
    at = windows(THETA[:, :2], RADIUS, PAD)
    weight = np.ones(SHAPE, np.float32)
    matrix = curvature([Layer(THETA, np.zeros((3, 2)), at)], at, weight, background, np.array([[0, 1]]), threads)
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
