"""The normal equations of all columns and the background of an image: blocks, solution, standard errors."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg

from ferrotune.gaussians import AMPLITUDE, PARAMETERS, POWERS, WIDTH, X, Y

MOST_STEPS = 60  # of conjugate gradients


@dataclass(frozen=True)
class Normal:
    """Blocks of J'WJ and J'Wr over n columns and m nodes of the background.

    own (n, 4, 4); pairs (p, 2) of neighbours, i < j, and their blocks between (p, 4, 4); shared (4 n, m) sparse,
    columns with nodes; nodes (m, m) sparse; gradient (n, 4), of_nodes (m,).
    """

    own: np.ndarray
    pairs: np.ndarray
    between: np.ndarray
    shared: sparse.csr_array
    nodes: sparse.csr_array
    gradient: np.ndarray
    of_nodes: np.ndarray


def scales(theta):
    """What (n, 4) the profiles' sums are multiplied by to be derivatives by y, x, amplitude, width."""
    slope = theta[:, AMPLITUDE] / theta[:, WIDTH]
    return np.stack([slope, slope, np.ones_like(slope), slope], axis=1)


def by_parameter(sums, scale):
    """Derivatives (n, 4) from sums (n, 3, 3) over profiles down and along."""
    return scale * np.stack([sum(sums[:, p, q] for p, q in POWERS[a]) for a in (Y, X, AMPLITUDE, WIDTH)], axis=1)


def by_parameters(sums, scale, other):
    """Blocks (n, 4, 4) from sums (n, 3, 3, 3, 3): profiles down of the one, of the other, along of both."""
    block = np.empty((len(sums), PARAMETERS, PARAMETERS))
    for a in range(PARAMETERS):
        for b in range(PARAMETERS):
            block[:, a, b] = sum(sums[:, p, r, q, s] for p, q in POWERS[a] for r, s in POWERS[b])
    return block * scale[:, :, None] * other[:, None, :]


def _block_matrix(own, pairs, between):
    """All blocks between columns as one sparse matrix."""
    n = len(own)
    i = np.concatenate([np.arange(n), pairs[:, 0], pairs[:, 1]])
    j = np.concatenate([np.arange(n), pairs[:, 1], pairs[:, 0]])
    order = np.lexsort((j, i))
    blocks = np.concatenate([own, between, between.swapaxes(1, 2)])[order]
    starts = np.searchsorted(i[order], np.arange(n + 1))
    return sparse.bsr_array((blocks, j[order], starts), shape=(PARAMETERS * n, PARAMETERS * n))


def solve(normal, tolerance):
    """Steps of the columns (n, 4) and of the background's nodes (m,), to about `tolerance` standard errors.

    Conjugate gradients, in units in which every column's own block and every node's own term is one.
    """
    n = len(normal.own)
    inverse = np.linalg.inv(np.linalg.cholesky(normal.own))
    upper = inverse.swapaxes(1, 2)
    i, j = normal.pairs.T
    one = np.broadcast_to(np.eye(PARAMETERS), normal.own.shape)
    between = _block_matrix(one, normal.pairs, inverse[i] @ normal.between @ upper[j])
    node = 1 / np.sqrt(normal.nodes.diagonal())
    entries = inverse @ normal.shared.data.reshape(n, PARAMETERS, -1)
    entries *= node[normal.shared.indices].reshape(entries.shape)
    shared = sparse.csr_array((entries.ravel(), normal.shared.indices, normal.shared.indptr), normal.shared.shape)
    nodes = normal.nodes * node[:, None] * node
    transposed, split = shared.T, PARAMETERS * n

    def apply(v):
        columns, level = v[:split], v[split:]
        return np.concatenate([between @ columns + shared @ level, transposed @ columns + nodes @ level])

    right = np.concatenate([(inverse @ normal.gradient[:, :, None]).ravel(), node * normal.of_nodes])
    count = [0]
    def cb(x): count[0]+=1
    z, _ = cg(
        LinearOperator((right.size, right.size), apply, dtype=float),
        right,
        rtol=1e-6,
        atol=tolerance * np.sqrt(right.size),
        maxiter=MOST_STEPS, callback=cb
    )
    import os
    if os.environ.get("DBG"): print("cg", count, np.linalg.norm(right)/np.sqrt(right.size))
    return (upper @ z[:split].reshape(n, PARAMETERS, 1))[:, :, 0], node * z[split:]


def covariances(normal):
    """Covariances (n, 4, 4) of each column's parameters, its neighbours' being fitted too.

    The Schur complement of the neighbours' own blocks: exact where the neighbours are not each other's.
    """
    known = normal.own.copy()
    i, j = normal.pairs.T
    inverse = np.linalg.inv(normal.own)
    between, transposed = normal.between, normal.between.swapaxes(1, 2)
    np.subtract.at(known, i, between @ inverse[j] @ transposed)
    np.subtract.at(known, j, transposed @ inverse[i] @ between)
    return np.linalg.inv(known)
