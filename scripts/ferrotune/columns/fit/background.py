"""Background under the columns: a bilinear field on a grid coarser than the columns, common to all of them."""

import numpy as np
from scipy import sparse

from ferrotune.columns.fit.gaussians import NODES, Grid

BLOCK = 512  # pixels along a row that are summed at once, with the nodes that reach there: most others are 0


class Background:
    """Bilinear field over a padded image (y, x), with a node every `spacing` px.

    If each column had its own background, only the pixels between columns would distinguish it from the amplitude,
    and there are hardly any where tails overlap. `shape` and all positions are those of the padded image.
    """

    def __init__(self, shape, spacing):
        self.spacing = spacing
        # The grid is centred on the image, so that a rotated image has a rotated grid.
        self.nodes = tuple(int(np.ceil((length - 1) / spacing)) + NODES for length in shape)
        self.origin = tuple((length - 1 - (n - 1) * spacing) / 2 for length, n in zip(shape, self.nodes, strict=True))
        self.grid = Grid(self.nodes, self.origin, float(spacing))
        self.size = self.nodes[0] * self.nodes[1]
        self.down, self.along = (self._shares(axis, length) for axis, length in enumerate(shape))
        self.blocks = _blocks(self.along)

    def _place(self, axis, at):
        """Node before each position, and the distance from it, in spacings."""
        place = (at - self.origin[axis]) / self.spacing
        node = np.clip(np.floor(place), 0, self.nodes[axis] - 2).astype(int)
        return node, place - node

    def _shares(self, axis, length):
        """Shares (pixel, node) float32 of the nodes in the pixels' level."""
        place = (np.arange(length) - self.origin[axis]) / self.spacing
        return np.maximum(1 - np.abs(place[:, None] - np.arange(self.nodes[axis])), 0).astype(np.float32)

    def field(self, level, band):
        """Level (rows, x) float32 over rows `band` (first, last), of the nodes' `level` (m,)."""
        of_rows = self.down[band[0] : band[1]] @ level.astype(np.float32).reshape(self.nodes)
        return np.hstack([of_rows[:, nodes] @ self.along[pixels, nodes].T for pixels, nodes in self.blocks])

    def shares(self, yx):
        """Shares (n, m) sparse of the nodes in the level at positions (n, 2): four nodes for each position."""
        (i, v), (j, u) = (self._place(axis, yx[:, axis]) for axis in (0, 1))
        entries = np.stack([(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u], axis=1)
        corner = i * self.nodes[1] + j
        indices = corner[:, None] + np.array([0, 1, self.nodes[1], self.nodes[1] + 1])
        return sparse.csr_array((entries.ravel(), indices.ravel(), 4 * np.arange(len(yx) + 1)), (len(yx), self.size))

    def gradient(self, weighted, threads):
        """Sums (m,) of weighted residuals (y, x) times each node's hat function."""
        along = threads.rows(lambda rows: _under(self.along, self.blocks, rows), weighted)
        return (self.down.T @ along).ravel().astype(float)

    def curvature(self, weight, step, threads):
        """Sums (m, m) sparse of weights times two nodes' hat functions, over every `step`-th pixel."""
        # Each hat times itself and times the next one; others do not overlap.
        down, along = (_products(hats[::step], step) for hats in (self.down, self.along))
        in_blocks = [(hats, _blocks(hats)) for hats in along]
        along = threads.rows(lambda rows: np.hstack([_under(*hats, rows) for hats in in_blocks]), weight)
        (same, aside), (below, across) = (np.hsplit(hats.T @ along, 2) for hats in down)
        number = np.arange(self.size).reshape(self.nodes)
        pairs = [
            (number[:-1], number[1:], below[:-1]),
            (number[:, :-1], number[:, 1:], aside[:, :-1]),
            (number[:-1, :-1], number[1:, 1:], across[:-1, :-1]),
            (number[1:, :-1], number[:-1, 1:], across[:-1, :-1]),
        ]
        pairs += [(number, number, same)] + [(j, i, value) for i, j, value in pairs]
        i, j, value = (np.concatenate([part.ravel() for part in parts]) for parts in zip(*pairs, strict=True))
        return sparse.csr_array((value.astype(float), (i, j)), shape=(self.size, self.size))


def _blocks(hats):
    """Parts (pixels, nodes) of hats (pixel, node), as slices; outside them all hats are 0."""
    found = []
    for start in range(0, len(hats), BLOCK):
        reaching = np.flatnonzero(hats[start : start + BLOCK].any(axis=0))
        nodes = slice(reaching[0], reaching[-1] + 1) if reaching.size else slice(0, 0)
        found.append((slice(start, start + BLOCK), nodes))
    return found


def _under(hats, blocks, rows):
    """Sums (row, node) of rows (row, pixel) times hats (pixel, node) in such blocks."""
    sums = np.zeros((len(rows), hats.shape[1]), np.float32)
    for pixels, nodes in blocks:
        sums[:, nodes] += rows[:, pixels] @ hats[pixels, nodes]
    return sums


def _products(hats, step):
    """Hats (pixel, node) times themselves, and times the next one; each pixel stands for `step` pixels."""
    following = np.pad(hats[:, 1:], ((0, 0), (0, 1)))
    return step * hats * hats, step * hats * following
