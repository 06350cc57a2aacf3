"""Model of an image: circular Gaussians on a background, drawn and summed window by window.

A circular Gaussian is the product of a profile along y and a profile along x, and so is each of its derivatives.
A window of k x k pixels therefore takes 2 k exponentials, and no image of a derivative is needed. All compiled
functions are in this file, because numba's cache notices changes of a function's own file only.
"""

from math import exp
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.columns.fit.threads import kernel

Y, X, AMPLITUDE, WIDTH = range(4)  # parameters of a column; the background belongs to the image
PARAMETERS = 4
POWERS = 3  # profiles of a column: its Gaussian times 1, t, t^2
# Derivatives by the parameters: powers (of t down the rows, of u along the columns) that multiply the Gaussian.
DERIVATIVES = ((Y, 1, 0), (X, 0, 1), (AMPLITUDE, 0, 0), (WIDTH, 2, 0), (WIDTH, 0, 2))
NODES = 3  # nodes of the background that reach into a window, along either axis


class Windows(NamedTuple):
    """Windows of `size` x `size` px about n columns in an image padded by `pad` px: first row and column (n,)."""

    top: np.ndarray
    left: np.ndarray
    size: int
    pad: int


class Grid(NamedTuple):
    """Grid of nodes: their number along y and x, position (px) of the first one, and spacing (px)."""

    nodes: tuple[int, int]
    origin: tuple[float, float]
    spacing: float


@kernel
def _room(profiles, size):
    """Memory for so many profiles of `size` pixels."""
    return np.empty((profiles, size), np.float32)


@kernel
def _profiles(centre, width, first, step, count, out):
    """Write exp(-t^2/2) times 1, t, t^2 to out (3, k) float32, at `count` pixels from `first` in steps of `step`."""
    for k in range(count):
        t = np.float32((first + step * k - centre) / width)
        gaussian = exp(np.float32(-0.5) * t * t)
        out[0, k] = gaussian
        out[1, k] = gaussian * t
        out[2, k] = gaussian * t * t


@kernel
def _hats(grid, axis, first, step, count, out):
    """Write shares of nodes to out (3, k) float32, at pixels as in `_profiles`; return the first node's number."""
    node = min(max(int(np.floor((first - grid.origin[axis]) / grid.spacing)), 0), grid.nodes[axis] - NODES)
    for i in range(NODES):
        for k in range(count):
            place = (first + step * k - grid.origin[axis]) / grid.spacing
            out[i, k] = max(1 - abs(place - node - i), 0.0)
    return node


@kernel
def _scale(column, parameter):
    """Factor that turns sums over profiles into a column's derivative by a parameter."""
    return 1.0 if parameter == AMPLITUDE else column[AMPLITUDE] / column[WIDTH]


@kernel
def _over_rows(values, top, height, left, width, down, sums):
    """Sum values times profiles down (i, y) over the rows of a window: sums (i, x)."""
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
    """Multiply two columns' profiles (i, k) and (j, k): products (3 i + j, k)."""
    for i in range(POWERS):
        for j in range(POWERS):
            for k in range(count):
                products[POWERS * i + j, k] = one[i, k] * other[j, k]


@kernel
def _in_both(one, other, size, step):
    """First of every `step`-th pixel in both of two windows along an axis, and their number: 0 or less for none."""
    first, last = max(one, other), min(one, other) + size - 1
    return -(-first // step), last // step + 1 - -(-first // step)


def windows(yx, radius, pad):
    """Windows of +-radius px about positions yx (n, 2) px of the image, in the padded image."""
    corner = np.rint(yx).astype(int) - radius + pad
    return Windows(corner[:, 0].copy(), corner[:, 1].copy(), 2 * radius + 1, pad)


def leverage(yx, theta, threads):
    """Leverage (n,) of pixels at yx (n, 2): the share of their variance that the columns theta (m, 4) fit.

    The derivatives by amplitude and position are g, t g and u g. They are orthogonal, and their squares sum to
    pi width^2 times 1, 1/2, 1/2. The three parameters together take g^2 (1 + 2 t^2 + 2 u^2) / (pi width^2).
    """
    distance, nearest = cKDTree(theta[:, :2]).query(yx, k=min(2, len(theta)), workers=threads.count)
    width = theta[nearest, WIDTH]
    square = (distance / width) ** 2
    return (np.exp(-square) * (1 + 2 * square) / (np.pi * width**2)).reshape(len(yx), -1).sum(axis=1)


@kernel
def render(theta, shape, at, canvas, band):
    """Draw the columns theta (n, 4), in their windows `at`, into rows `band` (first, last) of the padded canvas.

    `shape` (n, 2) are the elongations down the rows and along the diagonal, to first order: a circular Gaussian is
    multiplied by 1 + shape[0] (t^2 - u^2) / 2 + shape[1] t u.
    """
    down, along = _room(POWERS, at.size), _room(POWERS, at.size)
    for n in range(len(theta)):
        top, left = at.top[n], at.left[n]
        first, last = max(top, band[0]), min(top + at.size, band[1])
        if first >= last:
            continue
        _profiles(theta[n, Y] + at.pad, theta[n, WIDTH], top, 1, at.size, down)
        _profiles(theta[n, X] + at.pad, theta[n, WIDTH], left, 1, at.size, along)
        amplitude, stretch, skew = np.float32(theta[n, AMPLITUDE]), np.float32(shape[n, 0]), np.float32(shape[n, 1])
        for y in range(first, last):
            even, odd, square = down[0, y - top], down[1, y - top], down[2, y - top]
            of_one = amplitude * (even + np.float32(0.5) * stretch * square)
            of_u, of_square = amplitude * skew * odd, np.float32(-0.5) * amplitude * stretch * even
            line = canvas[y, left : left + at.size]
            for x in range(at.size):
                line[x] += of_one * along[0, x] + of_u * along[1, x] + of_square * along[2, x]


@kernel
def sum_gradient(theta, at, weighted, by_parameter, by_shape, first, last):
    """Add up the gradient by_parameter (n, 4) and by_shape (n, 2) of the columns from first to last."""
    down, along, sums = _room(POWERS, at.size), _room(POWERS, at.size), _room(POWERS, at.size)
    for n in range(first, last):
        column, top, left = theta[n], at.top[n], at.left[n]
        _profiles(column[Y] + at.pad, column[WIDTH], top, 1, at.size, down)
        _profiles(column[X] + at.pad, column[WIDTH], left, 1, at.size, along)
        _over_rows(weighted, top, at.size, left, at.size, down, sums)
        for a, p, q in DERIVATIVES:
            by_parameter[n, a] += _scale(column, a) * _dot(sums[p], along[q], at.size)
        stretched = _dot(sums[2], along[0], at.size) - _dot(sums[0], along[2], at.size)
        by_shape[n, 0] = column[AMPLITUDE] * stretched / 2
        by_shape[n, 1] = column[AMPLITUDE] * _dot(sums[1], along[1], at.size)


@kernel
def sum_misfit(at, weight, weighted, found, first, last):
    """Write chi-square and number of pixels to found (n, 2), for the windows of the columns from first to last."""
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
def sum_blocks(theta, at, weight, step, pairs, blocks, first, last):
    """Add up blocks (p, 4, 4) of J'WJ for pairs (p, 2) of columns from first to last, over their common pixels."""
    one, other = _room(POWERS, at.size), _room(POWERS, at.size)
    down, along, sums = _room(POWERS**2, at.size), _room(POWERS**2, at.size), _room(POWERS**2, at.size)
    for pair in range(first, last):
        i, j = pairs[pair]
        a_column, b_column = theta[i], theta[j]
        top, height = _in_both(at.top[i], at.top[j], at.size, step)
        left, width = _in_both(at.left[i], at.left[j], at.size, step)
        if height <= 0 or width <= 0:
            continue
        _profiles(a_column[Y] + at.pad, a_column[WIDTH], step * top, step, height, one)
        _profiles(b_column[Y] + at.pad, b_column[WIDTH], step * top, step, height, other)
        _crossed(one, other, height, down)
        _profiles(a_column[X] + at.pad, a_column[WIDTH], step * left, step, width, one)
        _profiles(b_column[X] + at.pad, b_column[WIDTH], step * left, step, width, other)
        _crossed(one, other, width, along)
        _over_rows(weight, top, height, left, width, down, sums)
        for a, p, q in DERIVATIVES:
            for b, r, s in DERIVATIVES:
                scale = _scale(a_column, a) * _scale(b_column, b)
                blocks[pair, a, b] += scale * _dot(sums[POWERS * p + r], along[POWERS * q + s], width)


@kernel
def sum_shared(theta, at, weight, step, grid, entries, nodes, first, last):
    """Add up entries (n, 4, 9) of J'WJ for columns from first to last and nodes (n, 9) of the background's grid."""
    one, hats = _room(POWERS, at.size), _room(POWERS, at.size)
    down, along, sums = _room(POWERS * NODES, at.size), _room(POWERS * NODES, at.size), _room(POWERS * NODES, at.size)
    for n in range(first, last):
        column = theta[n]
        top, height = _in_both(at.top[n], at.top[n], at.size, step)
        left, width = _in_both(at.left[n], at.left[n], at.size, step)
        _profiles(column[Y] + at.pad, column[WIDTH], step * top, step, height, one)
        above = _hats(grid, 0, step * top, step, height, hats)
        _crossed(one, hats, height, down)
        _profiles(column[X] + at.pad, column[WIDTH], step * left, step, width, one)
        before = _hats(grid, 1, step * left, step, width, hats)
        _crossed(one, hats, width, along)
        _over_rows(weight, top, height, left, width, down, sums)
        for i in range(NODES):
            for j in range(NODES):
                nodes[n, NODES * i + j] = (above + i) * grid.nodes[1] + before + j
                for a, p, q in DERIVATIVES:
                    total = _dot(sums[NODES * p + i], along[NODES * q + j], width)
                    entries[n, a, NODES * i + j] += _scale(column, a) * total
