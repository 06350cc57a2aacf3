"""Solution of the normal equations of all columns and the background of an image, and standard errors."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg

from ferrotune.gaussians import PARAMETERS

MOST_STEPS = 60  # of conjugate gradients
TOLERANCE = 0.01  # of a solution, in standard errors


def _block_matrix(own, pairs, between):
    """All blocks between columns as one sparse matrix."""
    n = len(own)
    i = np.concatenate([np.arange(n), pairs[:, 0], pairs[:, 1]])
    j = np.concatenate([np.arange(n), pairs[:, 1], pairs[:, 0]])
    order = np.lexsort((j, i))
    blocks = np.concatenate([own, between, between.swapaxes(1, 2)])[order]
    starts = np.searchsorted(i[order], np.arange(n + 1))
    return sparse.bsr_array((blocks, j[order], starts), shape=(PARAMETERS * n, PARAMETERS * n))


def solve(own, curvature, gradient, of_nodes):
    """Solve the normal equations by conjugate gradients.

    Parameters
    ----------
    own : (n, 4, 4), the columns' own blocks with what is added to them
    curvature : ferrotune.curvature.Curvature, of which the rest is used
    gradient : (n, 4), of_nodes : (m,)

    Returns
    -------
    steps of the columns (n, 4) and of the background's nodes (m,), to about a hundredth of a standard error
    """
    n, split = len(own), own.shape[0] * PARAMETERS
    # In units in which every column's own block and every node's own term is one: standard errors, nearly.
    inverse = np.linalg.inv(np.linalg.cholesky(own))
    upper = inverse.swapaxes(1, 2)
    node = 1 / np.sqrt(curvature.nodes.diagonal())
    i, j = curvature.pairs.T
    one = np.broadcast_to(np.eye(PARAMETERS), own.shape)
    columns = _block_matrix(one, curvature.pairs, inverse[i] @ curvature.between @ upper[j])
    shared = curvature.shared
    entries = inverse @ shared.data.reshape(n, PARAMETERS, -1)
    entries *= node[shared.indices].reshape(entries.shape)
    shared = sparse.csr_array((entries.ravel(), shared.indices, shared.indptr), shared.shape)
    scaled = sparse.diags_array(node)
    transposed, nodes = shared.T, scaled @ curvature.nodes @ scaled

    def product(v):
        return np.concatenate([columns @ v[:split] + shared @ v[split:], transposed @ v[:split] + nodes @ v[split:]])

    right = np.concatenate([(inverse @ gradient[:, :, None]).ravel(), node * of_nodes])
    matrix = LinearOperator((right.size, right.size), product, dtype=float)
    solution, _ = cg(matrix, right, rtol=1e-6, atol=TOLERANCE * np.sqrt(right.size), maxiter=MOST_STEPS)
    return (upper @ solution[:split].reshape(n, PARAMETERS, 1))[:, :, 0], node * solution[split:]


def covariances(own, curvature):
    """Covariances (n, 4, 4) of each column's parameters, its neighbours' being fitted too.

    The Schur complement of the neighbours' own blocks, exact but for what neighbours have to do with each other.
    """
    left = own.copy()
    i, j = curvature.pairs.T
    inverse = np.linalg.inv(own)
    between, transposed = curvature.between, curvature.between.swapaxes(1, 2)
    np.subtract.at(left, i, between @ inverse[j] @ transposed)
    np.subtract.at(left, j, transposed @ inverse[i] @ between)
    # Where the neighbours seem to know more than there is, the column's own block stands.
    sound = np.linalg.eigvalsh(left)[:, 0] > 0
    return np.linalg.inv(np.where(sound[:, None, None], left, own))
