"""Solve the normal equations of all columns and the background of an image; standard errors."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.gaussians import PARAMETERS, WIDTH
from ferrotune.columns.fit.threads import kernel

CHUNK = 4096  # columns for one task of a thread; their sums over nodes are added chunk by chunk


class _Blocks(NamedTuple):
    """Normal matrix in units in which each column's own block plus its prior is the unit matrix.

    own (n, 4, 4); between (p, 4, 4) of pairs (p, 2), i < j, sorted by i; shared (n, k, 4) with the nodes numbered
    nodes (n, k). Pairs whose i is column n begin at later[n]; pairs whose j is column n are
    reverse[earlier[n] : earlier[n + 1]].
    """

    own: np.ndarray
    pairs: np.ndarray
    between: np.ndarray
    later: np.ndarray
    reverse: np.ndarray
    earlier: np.ndarray
    shared: np.ndarray
    nodes: np.ndarray


@kernel
def _scaled(inverse, pairs, blocks, out, first, last):
    """Multiply blocks (p, 4, 4) of pairs (p, 2) from first to last by their columns' inverse units (n, 4, 4)."""
    half = np.empty((PARAMETERS, PARAMETERS))
    for pair in range(first, last):
        left, right = inverse[pairs[pair, 0]], inverse[pairs[pair, 1]]
        for a in range(PARAMETERS):
            for b in range(PARAMETERS):
                half[a, b] = 0.0
                for c in range(a + 1):  # units are lower triangles
                    half[a, b] += left[a, c] * blocks[pair, c, b]
            for b in range(PARAMETERS):
                out[pair, a, b] = 0.0
                for c in range(b + 1):
                    out[pair, a, b] += half[a, c] * right[b, c]


@kernel
def _of(values):
    return values[0], values[1], values[2], values[3]


@kernel
def _dot(one, other):
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2] + one[3] * other[3]


@kernel
def _plus(total, block, step):
    """Total plus a block times a step, as tuples: these stay in the processor's registers."""
    a, b, c, d = total
    return a + _dot(block[0], step), b + _dot(block[1], step), c + _dot(block[2], step), d + _dot(block[3], step)


@kernel
def _plus_times(total, vector, factor):
    a, b, c, d = total
    return a + vector[0] * factor, b + vector[1] * factor, c + vector[2] * factor, d + vector[3] * factor


@kernel
def _product(blocks, whole, common, level, of_whole, of_common, of_nodes, first, last):
    """Multiply the matrix by steps: `whole` (n, 4) of the columns from first to last, and `level` (m,) of the nodes.

    `common` (n, 4) is the part of `whole` that belongs to the field of widths. of_whole (n, 4) and of_nodes (c, m),
    a row a chunk, receive the whole product. of_common (n, 4) receives it without the part of a column's own block
    times its own step.
    """
    of_chunk = of_nodes[first // CHUNK]
    for n in range(first, last):
        step, total = _of(whole[n]), (0.0, 0.0, 0.0, 0.0)
        for pair in range(blocks.later[n], blocks.later[n + 1]):
            total = _plus(total, blocks.between[pair], _of(whole[blocks.pairs[pair, 1]]))
        for k in range(blocks.earlier[n], blocks.earlier[n + 1]):
            pair = blocks.reverse[k]
            total = _plus(total, blocks.between[pair].T, _of(whole[blocks.pairs[pair, 0]]))
        for k in range(blocks.nodes.shape[1]):
            node, shared = blocks.nodes[n, k], blocks.shared[n, k]
            total = _plus_times(total, shared, level[node])
            of_chunk[node] += _dot(shared, step)
        of_whole[n, 0], of_whole[n, 1], of_whole[n, 2], of_whole[n, 3] = _plus(total, blocks.own[n], step)
        total = _plus(total, blocks.own[n], _of(common[n]))
        of_common[n, 0], of_common[n, 1], of_common[n, 2], of_common[n, 3] = total


def _in_units(curvature, inverse, node, threads):
    """_Blocks of a curvature, in inverse units `inverse` (n, 4, 4) of the columns and `node` (m,) of the nodes."""
    n, pairs = len(inverse), curvature.pairs
    own, between = np.empty_like(curvature.own), np.empty_like(curvature.between)
    threads.over(n, CHUNK, _scaled, inverse, np.arange(n)[:, None].repeat(2, axis=1), curvature.own, own)
    threads.over(len(pairs), CHUNK, _scaled, inverse, pairs, curvature.between, between)
    nodes = curvature.shared.indices.reshape(n, PARAMETERS, -1)[:, 0].copy()
    shared = (inverse @ curvature.shared.data.reshape(n, PARAMETERS, -1) * node[nodes][:, None]).swapaxes(1, 2).copy()
    reverse = np.argsort(pairs[:, 1], kind="stable")
    later, earlier = (np.searchsorted(index, np.arange(n + 1)) for index in (pairs[:, 0], pairs[reverse, 1]))
    return _Blocks(own, pairs, between, later, reverse, earlier, shared, nodes)


@dataclass(frozen=True)
class Field:
    """Field of widths: `shares` (n, f) sparse of its nodes in the columns' widths, equally many for each column.

    stiffness (f,): prior of the nodes, 1 / variance. pull (f,): gradient of the prior.
    """

    shares: sparse.csr_array
    stiffness: np.ndarray
    pull: np.ndarray


def solve(curvature, known, gradient, expected, of_nodes, field, tolerance, threads):
    """Solve the normal equations by conjugate gradients.

    Parameters
    ----------
    curvature : ferrotune.columns.fit.normal_matrix.Curvature
    known : (n, 4), prior of the parameters, 1 / variance
    gradient : (n, 4), of the data
    expected : (n, 4), gradient of the prior
    of_nodes : (m,), gradient of the data by the background's nodes
    field : Field
    tolerance : float, of the solution, in standard errors
    threads : ferrotune.columns.fit.threads.Threads

    Returns
    -------
    own : (n, 4), steps of the columns' own parameters
    field : (f,), steps of the nodes of the field of widths
    level : (m,), steps of the background's nodes
    """
    n, split = len(known), PARAMETERS * len(known)
    lower = threads.rows(np.linalg.cholesky, curvature.own + np.eye(PARAMETERS) * known[:, None, :])
    inverse = threads.rows(np.linalg.inv, lower)
    node = 1 / np.sqrt(curvature.nodes.diagonal())
    nodes = sparse.diags_array(node) @ curvature.nodes @ sparse.diags_array(node)
    blocks = _in_units(curvature, inverse, node, threads)
    # A step of the width field is a step of all columns.
    unit = 1 / np.sqrt(np.maximum(field.shares.T @ curvature.own[:, WIDTH, WIDTH] + field.stiffness, 1e-12))
    shares, wider, stiff = field.shares @ sparse.diags_array(unit), lower[:, WIDTH].copy(), unit**2 * field.stiffness
    of_field, last = shares.T.tocsr(), split + unit.size
    of_whole, of_common, of_chunks = np.empty((n, 4)), np.empty((n, 4)), np.empty((-(-n // CHUNK), node.size))

    def product(v):
        own, level = v[:split].reshape(n, PARAMETERS), v[last:]
        common = wider * (shares @ v[split:last])[:, None]
        of_chunks[:] = 0
        threads.over(n, CHUNK, _product, blocks, own + common, common, level, of_whole, of_common, of_chunks)
        of_own = own + of_common  # in these units own blocks plus the prior are the unit matrix
        of_wider = of_field @ np.einsum("ni,ni->n", wider, of_whole) + stiff * v[split:last]
        return np.concatenate([of_own.ravel(), of_wider, of_chunks.sum(axis=0) + nodes @ level])

    data, prior = ((inverse @ part[:, :, None])[:, :, 0] for part in (gradient, expected))
    of_wider = of_field @ (wider * data).sum(axis=1) + unit * field.pull
    right = np.concatenate([(data + prior).ravel(), of_wider, node * of_nodes])
    matrix = LinearOperator((right.size, right.size), product, dtype=float)
    solution, _ = cg(matrix, right, rtol=1e-6, atol=tolerance * np.sqrt(right.size), maxiter=CHOICES.most_solver_steps)
    steps = (inverse.swapaxes(1, 2) @ solution[:split].reshape(n, PARAMETERS, 1))[:, :, 0]
    return steps, unit * solution[split:last], node * solution[last:]


def covariances(curvature, known, threads):
    """Calculate covariances (n, 4, 4) of each column's parameters, its neighbours being fitted too.

    The Schur complement of the neighbours' own blocks; it is exact but for the coupling among these neighbours.
    """
    own = curvature.own + np.eye(PARAMETERS) * known[:, None, :]
    left = own.copy()
    i, j = curvature.pairs.T
    inverse = threads.rows(np.linalg.inv, own)
    between, transposed = curvature.between, curvature.between.swapaxes(1, 2)
    np.subtract.at(left, i, threads.rows(np.matmul, threads.rows(np.matmul, between, inverse[j]), transposed))
    np.subtract.at(left, j, threads.rows(np.matmul, threads.rows(np.matmul, transposed, inverse[i]), between))
    # Where this leaves no positive matrix, the column's own block is taken.
    sound = threads.rows(np.linalg.eigvalsh, left)[:, 0] > 0
    return threads.rows(np.linalg.inv, np.where(sound[:, None, None], left, own))
