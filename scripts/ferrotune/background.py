"""The level that columns stand on: a bilinear field on a grid coarser than the columns, shared by all of them."""

import numpy as np
from scipy import sparse

NODES = 3  # nodes of the grid, along either axis, whose hats reach into a window of at most the spacing


class Background:
    """Bilinear field over a padded image (y, x), with a node every `spacing` px.

    A level of each column's own would be told apart from its amplitude by the pixels between the columns only,
    of which there are hardly any where tails overlap. `shape` and all positions are the padded image's.
    """

    def __init__(self, shape, spacing):
        self.spacing = spacing
        # The grid is centred on the image, so that a turned image has a turned grid.
        self.nodes = tuple(int(np.ceil((length - 1) / spacing)) + NODES for length in shape)
        self.origin = tuple((length - 1 - (n - 1) * spacing) / 2 for length, n in zip(shape, self.nodes, strict=True))
        self.size = self.nodes[0] * self.nodes[1]
        self.down, self.along = (self._shares(axis, length) for axis, length in enumerate(shape))

    def _place(self, axis, at):
        """Node before each position, and how far beyond it, in spacings."""
        place = (at - self.origin[axis]) / self.spacing
        node = np.clip(np.floor(place), 0, self.nodes[axis] - 2).astype(int)
        return node, place - node

    def _shares(self, axis, length):
        """(pixel, node) sparse: shares of the nodes in the pixels' level."""
        node, share = self._place(axis, np.arange(length))
        entries = np.concatenate([1 - share, share]).astype(np.float32)
        indices = np.tile(np.arange(length), 2), np.concatenate([node, node + 1])
        return sparse.csr_array((entries, indices), shape=(length, self.nodes[axis]))

    def field(self, level, band):
        """Level (rows, x) float32 over rows `band` (first, last), of the nodes' `level` (m,)."""
        grid = level.astype(np.float32).reshape(self.nodes)
        return (self.along @ (self.down[band[0] : band[1]] @ grid).T).T

    def shares(self, yx):
        """(n, m) sparse: shares of the nodes in the level at positions (n, 2), four of each."""
        (i, v), (j, u) = (self._place(axis, yx[:, axis]) for axis in (0, 1))
        entries = np.stack([(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u], axis=1)
        corner = i * self.nodes[1] + j
        indices = corner[:, None] + np.array([0, 1, self.nodes[1], self.nodes[1] + 1])
        return sparse.csr_array((entries.ravel(), indices.ravel(), 4 * np.arange(len(yx) + 1)), (len(yx), self.size))

    def hats(self, axis, pixels):
        """First node (n,) reaching into windows of pixel numbers (n, k) along an axis, and shares (n, k, 3)."""
        first, _ = self._place(axis, pixels[:, 0])
        first = np.minimum(first, self.nodes[axis] - NODES)
        place = (pixels - self.origin[axis]) / self.spacing - first[:, None]
        return first, np.maximum(1 - np.abs(place[:, :, None] - np.arange(NODES)), 0).astype(np.float32)

    def gradient(self, weighted):
        """Sums (m,) of a weighted residual (y, x) under the nodes' hats."""
        return np.asarray(self.along.T @ (self.down.T @ weighted).T).T.ravel().astype(float)

    def curvature(self, weight, step=1):
        """(m, m) sparse: weighted products of the nodes' hats, over every `step`-th pixel in place of all."""
        (rows, columns), pairs = self.nodes, []
        down, along = (_products(np.sqrt(step) * hats[::step]) for hats in (self.down, self.along))
        sums = {(p, q): np.asarray(along[q].T @ (down[p].T @ weight[::step, ::step]).T).T for p in (0, 1) for q in (0, 1)}
        number = np.arange(rows * columns).reshape(rows, columns)
        pairs.append((number, number, sums[0, 0]))
        pairs.append((number[:-1], number[1:], sums[1, 0][:-1]))
        pairs.append((number[:, :-1], number[:, 1:], sums[0, 1][:, :-1]))
        pairs.append((number[:-1, :-1], number[1:, 1:], sums[1, 1][:-1, :-1]))
        pairs.append((number[1:, :-1], number[:-1, 1:], sums[1, 1][:-1, :-1]))
        pairs += [(j, i, value) for i, j, value in pairs[1:]]
        i, j, value = (np.concatenate([part.ravel() for part in parts]) for parts in zip(*pairs, strict=True))
        return sparse.csr_array((value.astype(float), (i, j)), shape=(number.size, number.size))


def _products(hats):
    """Hats (pixel, node) times themselves, and times the next node's."""
    following = sparse.hstack([hats[:, 1:], sparse.csr_array((hats.shape[0], 1), dtype=hats.dtype)]).tocsr()
    return hats.multiply(hats).tocsr(), hats.multiply(following).tocsr()
