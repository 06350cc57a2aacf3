"""Gradient and normal matrix of the fit of all columns and the background of an image, chunk by chunk."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from ferrotune.fitting.background import NODES
from ferrotune.fitting.gaussians import AMPLITUDE, PARAMETERS, POWERS, WIDTH, X, Y, products, profiles

CHUNK = 2048  # columns worked on together, whatever the number of threads: the same sums in the same order
SMOOTH_PX = 2.2  # width of a Gaussian whose sums over pixels are integrals, to a thousandth
FAINT_NODE = 1e-3  # weight under a node, as a share of the mean, below which its level is kept where it is


@dataclass(frozen=True)
class Curvature:
    """Blocks of J'WJ over n columns and m nodes of the background.

    own (n, 4, 4); pairs (p, 2) of neighbours, i < j, and their blocks between (p, 4, 4); shared (4 n, m) sparse,
    columns with nodes; nodes (m, m) sparse.
    """

    own: np.ndarray
    pairs: np.ndarray
    between: np.ndarray
    shared: sparse.csr_array
    nodes: sparse.csr_array


def _scales(theta):
    """Factors (n, 4) that make sums over profiles derivatives by y, x, amplitude, width."""
    slope = theta[:, AMPLITUDE] / theta[:, WIDTH]
    return np.stack([slope, slope, np.ones_like(slope), slope], axis=1)


def _down(theta, at, columns, rows):
    return profiles(rows, theta[columns, Y] + at.pad, theta[columns, WIDTH], at.top[columns], at.size)


def _along(theta, at, columns, across):
    return profiles(across, theta[columns, X] + at.pad, theta[columns, WIDTH], at.left[columns], at.size)


def _crossed(weight, down, other_down, along, other_along):
    """Sums (n, i, j, k, l) of weights (n, y, x) times profiles down (y, i), (y, j) and along (x, k), (x, l)."""
    shape = (*down.shape[2:], *other_down.shape[2:], *along.shape[2:], *other_along.shape[2:])
    left = (down[..., None] * other_down[:, :, None]).reshape(*down.shape[:2], shape[0] * shape[1])
    right = (along[..., None] * other_along[:, :, None]).reshape(*along.shape[:2], shape[2] * shape[3])
    return products(left, weight, right).reshape(len(weight), *shape)


def _block(sums, scale, other):
    """Blocks (n, 4, 4) from sums (n, 3, 3, 3, 3) of two columns' profiles."""
    block = np.empty((len(sums), PARAMETERS, PARAMETERS))
    for a in range(PARAMETERS):
        for b in range(PARAMETERS):
            block[:, a, b] = sum(sums[:, p, r, q, s] for p, q in POWERS[a] for r, s in POWERS[b])
    return block * scale[:, :, None] * other[:, None, :]


def _chunk_gradient(theta, at, weighted, part):
    """Gradient (n, 4), and (n, 2) by the shape, of the columns `part`."""
    window, columns = at[part], np.arange(part.start, part.stop)
    down, along = _down(theta, at, columns, window.rows()), _along(theta, at, columns, window.columns())
    sums = products(down, window.cut(weighted), along)
    by_parameter = np.stack([sum(sums[:, p, q] for p, q in POWERS[a]) for a in range(PARAMETERS)], axis=1)
    by_shape = np.stack([(sums[:, 2, 0] - sums[:, 0, 2]) / 2, sums[:, 1, 1]], axis=1)
    return by_parameter * _scales(theta[part]), by_shape * theta[part, AMPLITUDE, None]


def _chunk_misfit(theta, at, weight, weighted, part):
    """Chi-square and pixels (n, 2) of the windows of the columns `part`."""
    residual, w = at[part].cut(weighted), at[part].cut(weight)
    square = np.divide(residual * residual, w, out=np.zeros_like(w), where=w > 0)
    return (np.stack([square.sum((1, 2)), np.count_nonzero(w, axis=(1, 2))], axis=1),)


def _chunk_curvature(theta, at, weight, background, pairs, step, part):
    """Own blocks, blocks with later neighbours, blocks with nodes and the nodes' numbers, of the columns `part`."""
    window, columns = at[part], np.arange(part.start, part.stop)
    rows, across = window.rows(step), window.columns(step)
    down, along = _down(theta, at, columns, rows), _along(theta, at, columns, across)
    w, scale = window.cut(weight, step) * step**2, _scales(theta)
    own = _block(_crossed(w, down, down, along, along), scale[part], scale[part])
    first, last = np.searchsorted(pairs[:, 0], [part.start, part.stop])
    i, j = pairs[first:last].T
    k = i - part.start
    sums = _crossed(w[k], down[k], _down(theta, at, j, rows[k]), along[k], _along(theta, at, j, across[k]))
    between = _block(sums, scale[i], scale[j])
    (top, hats_down), (left, hats_along) = background.hats(0, rows), background.hats(1, across)
    sums = _crossed(w, down, hats_down, along, hats_along)
    shared = np.stack([sum(sums[:, p, :, q] for p, q in POWERS[a]) for a in range(PARAMETERS)], axis=1)
    shared = shared * scale[part, :, None, None]
    steps = np.arange(NODES)
    number = (top[:, None] + steps)[:, None, :, None] * background.nodes[1] + (left[:, None] + steps)[:, None, None]
    return own, between, shared.ravel(), np.broadcast_to(number, shared.shape).ravel()


def _over_chunks(function, theta, threads, *arguments):
    n = len(theta)
    parts = [slice(i, min(i + CHUNK, n)) for i in range(0, n, CHUNK)]
    results = threads.map(partial(function, theta, *arguments), parts)
    return [np.concatenate(result) for result in zip(*results, strict=True)]


def gradient(theta, at, weighted, threads):
    """Gradient J'Wr (n, 4) of the columns, and (n, 2) by their shape.

    Parameters
    ----------
    theta : (n, 4) y, x (px), amplitude, width (px)
    at : ferrotune.fitting.gaussians.Windows, of the columns
    weighted : (y, x) float32, padded: residuals times weights
    threads : ferrotune.fitting.threads.Threads
    """
    return _over_chunks(_chunk_gradient, theta, threads, at, weighted)


def misfit(theta, at, weight, weighted, threads):
    """Chi-square and number of pixels (n, 2) of the columns' windows."""
    return _over_chunks(_chunk_misfit, theta, threads, at, weight, weighted)[0]


def curvature(theta, at, weight, background, pairs, threads):
    """Normal matrix J'WJ of columns theta (n, 4), coupled in `pairs` (p, 2), i < j and sorted, and the background."""
    # A smooth sum is told by every second pixel or so, the same for all blocks: else they would not fit together.
    step = max(1, int(np.median(theta[:, WIDTH]) / SMOOTH_PX))
    results = _over_chunks(_chunk_curvature, theta, threads, at, weight, background, pairs, step)
    own, between, entries, number = results
    starts = np.arange(PARAMETERS * len(theta) + 1) * NODES**2
    shared = sparse.csr_array((entries, number, starts), shape=(starts.size - 1, background.size))
    nodes = background.curvature(weight, step)
    faint = FAINT_NODE * max(nodes.diagonal().mean(), 1e-12)
    nodes = nodes + sparse.diags_array(np.where(nodes.diagonal() < faint, faint, 0.0))
    return Curvature(own, pairs, between, shared, nodes.tocsr())
