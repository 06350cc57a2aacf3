"""Gradient and normal matrix of the fit of all columns and the background of an image, chunk by chunk."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ferrotune.fitting.background import NODES, draw_hats
from ferrotune.fitting.gaussians import AMPLITUDE, PARAMETERS, POWERS, WIDTH, X, Y, profiles, room
from ferrotune.fitting.threads import kernel

CHUNK = 2048  # columns worked on together
# Derivatives by the parameters: powers (of t down the rows, of u along the columns) that multiply the Gaussian.
DERIVATIVES = ((Y, 1, 0), (X, 0, 1), (AMPLITUDE, 0, 0), (WIDTH, 2, 0), (WIDTH, 0, 2))
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


@kernel
def _scale(column, parameter):
    """What makes sums over profiles a column's derivative by a parameter."""
    return 1.0 if parameter == AMPLITUDE else column[AMPLITUDE] / column[WIDTH]


@kernel
def _over_rows(values, top, height, left, width, down, sums):
    """Sums (i, x) over the rows of a window of values times profiles down (i, y)."""
    sums[:, :width] = 0
    for y in range(height):
        line = values[top + y, left : left + width]
        for i in range(len(down)):
            profile, total = down[i, y], sums[i]
            for x in range(width):
                total[x] += profile * line[x]


@kernel
def _dot(one, other, count):
    total = np.float32(0)
    for k in range(count):
        total += one[k] * other[k]
    return total


@kernel
def _crossed(one, other, count, products):
    """Products (3 i + j, k) of two columns' profiles, (i, k) and (j, k)."""
    for i in range(POWERS):
        for j in range(POWERS):
            for k in range(count):
                products[POWERS * i + j, k] = one[i, k] * other[j, k]


@kernel
def _gradient(theta, at, weighted, by_parameter, by_shape, first, last):
    """Gradient (n, 4), and (n, 2) by the shape, of the columns from first to last."""
    down, along, sums = room(POWERS, at.size), room(POWERS, at.size), room(POWERS, at.size)
    for n in range(first, last):
        column, top, left = theta[n], at.top[n], at.left[n]
        profiles(column[Y] + at.pad, column[WIDTH], top, 1, at.size, down)
        profiles(column[X] + at.pad, column[WIDTH], left, 1, at.size, along)
        _over_rows(weighted, top, at.size, left, at.size, down, sums)
        for a, p, q in DERIVATIVES:
            by_parameter[n, a] += _scale(column, a) * _dot(sums[p], along[q], at.size)
        stretched = _dot(sums[2], along[0], at.size) - _dot(sums[0], along[2], at.size)
        by_shape[n, 0] = column[AMPLITUDE] * stretched / 2
        by_shape[n, 1] = column[AMPLITUDE] * _dot(sums[1], along[1], at.size)


@kernel
def _misfit(at, weight, weighted, found, first, last):
    """Chi-square and pixels (n, 2) of the windows of the columns from first to last."""
    square, pixels = np.empty(at.size, np.float32), np.empty(at.size, np.float32)
    for n in range(first, last):
        square[:], pixels[:] = 0, 0
        for y in range(at.top[n], at.top[n] + at.size):
            across = slice(at.left[n], at.left[n] + at.size)
            residual, w = weighted[y, across], weight[y, across]
            for x in range(at.size):
                square[x] += residual[x] * residual[x] / max(w[x], np.float32(1e-30))
                pixels[x] += w[x] > 0
        found[n, 0], found[n, 1] = square.sum(), pixels.sum()


@kernel
def _in_both(one, other, size, step):
    """First of every `step`-th pixel that lies in two windows along an axis, and how many do: 0 or less for none."""
    first, last = max(one, other), min(one, other) + size - 1
    return -(-first // step), last // step + 1 - -(-first // step)


@kernel
def _blocks(theta, at, weight, step, pairs, blocks, first, last):
    """Blocks (p, 4, 4) of J'WJ of pairs (p, 2) of columns from first to last, over the pixels that they share."""
    one, other = room(POWERS, at.size), room(POWERS, at.size)
    down, along, sums = room(POWERS**2, at.size), room(POWERS**2, at.size), room(POWERS**2, at.size)
    for pair in range(first, last):
        i, j = pairs[pair]
        a_column, b_column = theta[i], theta[j]
        top, height = _in_both(at.top[i], at.top[j], at.size, step)
        left, width = _in_both(at.left[i], at.left[j], at.size, step)
        if height <= 0 or width <= 0:
            continue
        profiles(a_column[Y] + at.pad, a_column[WIDTH], step * top, step, height, one)
        profiles(b_column[Y] + at.pad, b_column[WIDTH], step * top, step, height, other)
        _crossed(one, other, height, down)
        profiles(a_column[X] + at.pad, a_column[WIDTH], step * left, step, width, one)
        profiles(b_column[X] + at.pad, b_column[WIDTH], step * left, step, width, other)
        _crossed(one, other, width, along)
        _over_rows(weight, top, height, left, width, down, sums)
        for a, p, q in DERIVATIVES:
            for b, r, s in DERIVATIVES:
                scale = _scale(a_column, a) * _scale(b_column, b)
                blocks[pair, a, b] += scale * _dot(sums[POWERS * p + r], along[POWERS * q + s], width)


@kernel
def _shared(theta, at, weight, step, grid, entries, nodes, first, last):
    """Blocks (n, 4, 9) of J'WJ of the columns from first to last with nodes (n, 9) of the background's grid."""
    one, hats = room(POWERS, at.size), room(POWERS, at.size)
    down, along, sums = room(POWERS * NODES, at.size), room(POWERS * NODES, at.size), room(POWERS * NODES, at.size)
    for n in range(first, last):
        column = theta[n]
        top, height = _in_both(at.top[n], at.top[n], at.size, step)
        left, width = _in_both(at.left[n], at.left[n], at.size, step)
        profiles(column[Y] + at.pad, column[WIDTH], step * top, step, height, one)
        above = draw_hats(grid, 0, step * top, step, height, hats)
        _crossed(one, hats, height, down)
        profiles(column[X] + at.pad, column[WIDTH], step * left, step, width, one)
        before = draw_hats(grid, 1, step * left, step, width, hats)
        _crossed(one, hats, width, along)
        _over_rows(weight, top, height, left, width, down, sums)
        for i in range(NODES):
            for j in range(NODES):
                nodes[n, NODES * i + j] = (above + i) * grid.nodes[1] + before + j
                for a, p, q in DERIVATIVES:
                    total = _dot(sums[NODES * p + i], along[NODES * q + j], width)
                    entries[n, a, NODES * i + j] += _scale(column, a) * total


def gradient(theta, at, weighted, threads):
    """Gradient J'Wr (n, 4) of the columns, and (n, 2) by their shape.

    Parameters
    ----------
    theta : (n, 4) y, x (px), amplitude, width (px)
    at : ferrotune.fitting.gaussians.Windows, of the columns
    weighted : (y, x) float32, padded: residuals times weights
    threads : ferrotune.fitting.threads.Threads
    """
    found = np.zeros((len(theta), PARAMETERS)), np.zeros((len(theta), 2))
    threads.over(len(theta), CHUNK, _gradient, theta, at, weighted, *found)
    return found


def misfit(at, weight, weighted, threads):
    """Chi-square and number of pixels (n, 2) of the columns' windows."""
    found = np.zeros((len(at.top), 2))
    threads.over(len(found), CHUNK, _misfit, at, weight, weighted, found)
    return found


def curvature(theta, at, weight, background, pairs, threads):
    """Normal matrix J'WJ of columns theta (n, 4), coupled in `pairs` (p, 2), i < j and sorted, and the background."""
    # A smooth sum is told by every second pixel or so, the same for all blocks: else they would not fit together.
    step = max(1, int(np.median(theta[:, WIDTH]) / SMOOTH_PX))
    n, seen = len(theta), np.ascontiguousarray(weight[::step, ::step])
    own, between = np.zeros((n, PARAMETERS, PARAMETERS)), np.zeros((len(pairs), PARAMETERS, PARAMETERS))
    entries, numbers = np.zeros((n, PARAMETERS, NODES**2)), np.empty((n, NODES**2), np.int32)
    threads.over(n, CHUNK, _blocks, theta, at, seen, step, np.arange(n)[:, None].repeat(2, axis=1), own)
    threads.over(len(pairs), CHUNK, _blocks, theta, at, seen, step, pairs, between)
    threads.over(n, CHUNK, _shared, theta, at, seen, step, background.grid, entries, numbers)
    for blocks in (own, between, entries):
        blocks *= step**2  # each pixel seen stands for so many
    starts = np.arange(PARAMETERS * n + 1) * NODES**2
    numbers = numbers.repeat(PARAMETERS, axis=0).ravel()
    shared = sparse.csr_array((entries.ravel(), numbers, starts), shape=(starts.size - 1, background.size))
    nodes = background.curvature(weight, threads, step)
    faint = FAINT_NODE * max(nodes.diagonal().mean(), 1e-12)
    nodes = nodes + sparse.diags_array(np.where(nodes.diagonal() < faint, faint, 0.0))
    return Curvature(own, pairs, between, shared, nodes.tocsr())
