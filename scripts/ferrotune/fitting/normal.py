"""Solution of the normal equations of all columns and the background of an image, and standard errors."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg

from ferrotune.fitting.gaussians import PARAMETERS, WIDTH

MOST_STEPS = 60  # of conjugate gradients


def _coupling(n, pairs, between):
    """Blocks between earlier and later columns as one sparse matrix, and its transpose."""
    starts = np.searchsorted(pairs[:, 0], np.arange(n + 1))
    shape = (PARAMETERS * n, PARAMETERS * n)
    matrix = sparse.bsr_array((between, pairs[:, 1], starts), shape)
    return matrix, matrix.T


def _scaled(curvature, inverse):
    """Blocks between columns, and columns with nodes, in units in which own blocks with their priors are one."""
    upper, (i, j) = inverse.swapaxes(1, 2), curvature.pairs.T
    own = inverse @ curvature.own @ upper
    coupling = _coupling(len(own), curvature.pairs, inverse[i] @ curvature.between @ upper[j])
    node = 1 / np.sqrt(curvature.nodes.diagonal())
    shared = curvature.shared
    entries = inverse @ shared.data.reshape(*own.shape[:2], -1)
    entries *= node[shared.indices].reshape(entries.shape)
    shared = sparse.csr_array((entries.ravel(), shared.indices, shared.indptr), shared.shape)
    scale = sparse.diags_array(node)
    return coupling, shared, scale @ curvature.nodes @ scale, own, node


def _common(lower, field, information, stiffness):
    """Steps of all columns (4 n, f) that a field of their widths makes, and the field's units (f,)."""
    unit = 1 / np.sqrt(np.maximum(field.T @ information + stiffness, 1e-12))
    per_row = field.data.size // field.shape[0]
    shares = (field.data * unit[field.indices]).reshape(-1, 1, per_row)
    entries = lower[:, WIDTH, :, None] * shares
    indices = np.repeat(field.indices.reshape(-1, per_row), PARAMETERS, axis=0)
    starts = np.arange(PARAMETERS * len(lower) + 1) * per_row
    return sparse.csr_array((entries.ravel(), indices.ravel(), starts), (starts.size - 1, field.shape[1])), unit


@dataclass(frozen=True)
class Field:
    """Widths as a field: `shares` (n, f) sparse of its nodes in the columns' widths, equally many to each column.

    stiffness (f,): what is known of the nodes beforehand, 1 / variance; pull (f,): its gradient.
    """

    shares: sparse.csr_array
    stiffness: np.ndarray
    pull: np.ndarray


def solve(curvature, known, gradient, expected, of_nodes, field, tolerance, threads):
    """Solve the normal equations by conjugate gradients.

    Parameters
    ----------
    curvature : ferrotune.fitting.curvature.Curvature
    known : (n, 4), what is known of the parameters beforehand, 1 / variance
    gradient : (n, 4), of the data
    expected : (n, 4), of what is known beforehand
    of_nodes : (m,), gradient of the data by the background's nodes
    field : Field
    tolerance : float, of the solution, in standard errors
    threads : ferrotune.fitting.threads.Threads, of which two are of use

    Returns
    -------
    steps of the columns' own (n, 4), of the width field's nodes (f,), and of the background's nodes (m,)
    """
    n, split = len(known), PARAMETERS * len(known)
    lower = threads.rows(np.linalg.cholesky, curvature.own + np.eye(PARAMETERS) * known[:, None, :])
    inverse = threads.rows(np.linalg.inv, lower)
    (later, earlier), shared, nodes, own, node = _scaled(curvature, inverse)
    common, unit = _common(lower, field.shares, curvature.own[:, WIDTH, WIDTH], field.stiffness)
    of_columns, of_levels, stiff = common.T, shared.T, unit**2 * field.stiffness
    last = split + unit.size

    def own_product(z):
        return np.einsum("nij,nj->ni", own, z.reshape(n, PARAMETERS)).ravel()

    def beside(whole, level):
        return earlier @ whole + shared @ level, of_levels @ whole + nodes @ level

    def product(v):
        z, level = v[:split], v[last:]
        of_common = common @ v[split:last]
        whole = z + of_common
        meanwhile = threads.aside(beside, whole, level)
        own_of_common, others = own_product(of_common), later @ whole
        own_of_z = own_product(z)
        of_earlier, of_nodes = meanwhile()
        others += of_earlier
        of_field = of_columns @ (own_of_z + own_of_common + others) + stiff * v[split:last]
        # in these units own blocks with what is known beforehand are one
        return np.concatenate([z + own_of_common + others, of_field, of_nodes])

    data, prior = ((inverse @ part[:, :, None]).ravel() for part in (gradient, expected))
    right = np.concatenate([data + prior, of_columns @ data + unit * field.pull, node * of_nodes])
    matrix = LinearOperator((right.size, right.size), product, dtype=float)
    solution, _ = cg(matrix, right, rtol=1e-6, atol=tolerance * np.sqrt(right.size), maxiter=MOST_STEPS)
    steps = (inverse.swapaxes(1, 2) @ solution[:split].reshape(n, PARAMETERS, 1))[:, :, 0]
    return steps, unit * solution[split:last], node * solution[last:]


def covariances(curvature, known, threads):
    """Covariances (n, 4, 4) of each column's parameters, its neighbours' being fitted too.

    The Schur complement of the neighbours' own blocks, exact but for what neighbours have to do with each other.
    """
    own = curvature.own + np.eye(PARAMETERS) * known[:, None, :]
    left = own.copy()
    i, j = curvature.pairs.T
    inverse = threads.rows(np.linalg.inv, own)
    between, transposed = curvature.between, curvature.between.swapaxes(1, 2)
    np.subtract.at(left, i, threads.rows(np.matmul, threads.rows(np.matmul, between, inverse[j]), transposed))
    np.subtract.at(left, j, threads.rows(np.matmul, threads.rows(np.matmul, transposed, inverse[i]), between))
    # Where the neighbours seem to know more than there is, the column's own block stands.
    sound = threads.rows(np.linalg.eigvalsh, left)[:, 0] > 0
    return threads.rows(np.linalg.inv, np.where(sound[:, None, None], left, own))
