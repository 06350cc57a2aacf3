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
        self.nodes = tuple(int((length - 1) // spacing) + NODES for length in shape)
        self.down, self.along = (self._hats(n, count) for n, count in zip(shape, self.nodes, strict=True))

    def _hats(self, length, count):
        """(pixel, node) sparse: shares of the nodes in the pixels' level."""
        at = np.arange(length) / self.spacing
        node = at.astype(int)
        share = (at - node).astype(np.float32)
        entries = np.concatenate([1 - share, share])
        pixels = np.tile(np.arange(length), 2)
        return sparse.csr_array((entries, (pixels, np.concatenate([node, node + 1]))), shape=(length, count))

    def field(self, level, band):
        """Level (rows, x) over rows `band` (first, last), of the nodes' `level` (m,)."""
        return (self.along @ (self.down[band[0] : band[1]] @ level.reshape(self.nodes)).T).T

    def at(self, level, yx):
        """Level (n,) at positions (n, 2)."""
        node, share = self._cell(yx)
        grid = level.reshape(self.nodes)
        (i, j), (v, u) = node.T, share.T
        upper, lower = (grid[r, j] * (1 - u) + grid[r, j + 1] * u for r in (i, i + 1))
        return upper * (1 - v) + lower * v

    def _cell(self, yx):
        at = np.clip(yx / self.spacing, 0, np.array(self.nodes) - 1 - 1e-9)
        return at.astype(int), at - at.astype(int)

    def hats(self, pixels):
        """First node (n,) reaching into windows of pixel numbers (n, k) along one axis, and shares (n, k, 3)."""
        first = (pixels[:, 0] // self.spacing).astype(int)
        steps = (pixels / self.spacing - first[:, None])[:, :, None] - np.arange(NODES)
        return first, np.maximum(1 - np.abs(steps), 0).astype(np.float32)

    def gradient(self, weighted):
        """Sums (m,) of a weighted residual (y, x) under the nodes' hats."""
        return np.asarray(self.along.T @ (self.down.T @ weighted).T).T.ravel().astype(float)

    def curvature(self, weight):
        """(m, m) sparse: weighted products of the nodes' hats."""
        (rows, columns), pairs = self.nodes, []
        down, along = (_products(hats) for hats in (self.down, self.along))
        sums = {(p, q): np.asarray(along[q].T @ (down[p].T @ weight).T).T for p in (0, 1) for q in (0, 1)}
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
