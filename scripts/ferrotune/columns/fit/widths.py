"""How wide columns are: what is typical of the bright and of the dim ones of a place, and how far each is off it."""

import numpy as np
from scipy import sparse

from ferrotune.columns.fit.gaussians import WIDTH, X, Y
from ferrotune.columns.fit.solver import Field

START_CELLS = 0.19  # a column's Gaussian width before any is fitted; HAADF columns have 0.15 to 0.22
BOUNDS_CELLS = (0.06, 0.34)  # of the width typical of an image; the nearest columns stand 0.7 cells apart
RANGE = (0.7, 1.4)  # a column's width as a share of the one typical of the image
ALIKE = (0.9, 1.1)  # the dim columns' typical width as a share of the bright ones': bright tails may look like theirs
SPREAD, SPREAD_RANGE = 0.02, (0.002, 0.1)  # how far widths scatter about it, share: at first, and limits to it
SLOW, FIXED = 0.05, 1e-3  # how far the typical width varies over the image, share; and where it must not
SLOWEST = 0.15  # the most that it varies
LONGEST_STEP = 0.1  # share of itself by which a typical width changes at once: the model is hardly linear beyond
# Of what columns tell of their own widths, what they tell of a common one, the rest being taken up by amplitudes and
# by neighbours: found by trial, on simulated columns of 5 to 60 standard errors.
COMMON_SHARE = 0.3


class Widths:
    """Widths of n columns (px): typical (n,), free (n,) as own pixels tell them, and their spread, a share.

    A typical width is one number for all columns of a kind, bright or dim, and a slow field over the background's m
    nodes about it: level (2 m + 2,), both fields and then both numbers.
    """

    def __init__(self, n, cell_px, nodes):
        self.bounds = tuple(cells * cell_px for cells in BOUNDS_CELLS)
        self.level = np.append(np.zeros(2 * nodes), [START_CELLS * cell_px] * 2)
        self.typical = np.full(n, START_CELLS * cell_px)
        self.free, self.spread = self.typical, SPREAD

    def keep(self, rows):
        """Go on with some of the columns only."""
        self.typical, self.free = self.typical[rows], self.free[rows]

    def field(self, nodes, dim, outside, fixed):
        """Field to be solved for: shares `nodes` (n, m) of the nodes in the columns; dim (n,), outside (n,) bool."""
        m = nodes.shape[1]
        entries = np.column_stack([nodes.data.reshape(-1, 4), np.ones(len(dim))])
        entries[outside] = 0  # a tail tells no width
        indices = np.column_stack([nodes.indices.reshape(-1, 4) + m * dim[:, None], 2 * m + dim])
        starts = 5 * np.arange(len(dim) + 1)
        shares = sparse.csr_array((entries.ravel(), indices.ravel(), starts), (len(dim), self.level.size))
        share = np.full(self.level.size, FIXED) if fixed else np.append(np.full(2 * m, SLOW), [1.0, 1.0])
        stiffness = (share * np.median(self.typical)) ** -2.0
        return Field(shares, stiffness, -stiffness * np.append(self.level[:-2], [0, 0]))

    def known(self, theta, outside, fixed):
        """What is known of widths beforehand, as 1 / variance (n,), and its gradient (n,)."""
        share = np.where(outside | fixed, FIXED, self.spread)
        known = (share * self.typical) ** -2
        return known, known * (self.typical - theta[:, WIDTH])

    def learn(self, theta, own, slope, bright):
        """Take in the widths that each column's own pixels tell, and how far those of the bright ones (n,) scatter.

        own (n, 4, 4) and slope (n, 4) are the normal matrix and the gradient; the latter's entries by the width are
        corrected: columns that are each placed where noise sits too are too narrow by as much as noise moves them.
        """
        inverse = np.linalg.inv(own)
        width, error = theta[:, WIDTH], np.sqrt(inverse[:, WIDTH, WIDTH])
        noise = np.minimum((inverse[:, Y, Y] + inverse[:, X, X]) / 2, width**2 / 8)
        slope[:, WIDTH] += COMMON_SHARE * noise / (2 * width * error**2)
        self.free = width + np.einsum("nj,nj->n", inverse[:, WIDTH], slope)
        if bright.any():
            off, error = self.free[bright] / self.typical[bright] - 1, error[bright] / self.typical[bright]
            scatter = 1.4826 * np.median(np.abs(off))
            self.spread = float(np.clip(np.sqrt(max(scatter**2 - np.median(error) ** 2, 0)), *SPREAD_RANGE))

    def part(self, field, step):
        """Share of a step of the field's nodes that may be taken at once."""
        # Not the very largest: nodes that only a few columns tell of may go on trying to leave their bounds.
        change = np.percentile(np.abs(field.shares @ step), 90)
        return min(1.0, LONGEST_STEP * self.level[-2] / max(change, 1e-12))

    def move(self, field, step, dim, outside):
        """Take a step of the field's nodes, within bounds; changes (n,) of the columns' typical widths."""
        before, self.level = self.typical, self.level + step
        bright = np.clip(self.level[-2], *self.bounds)
        self.level[-2:] = bright, np.clip(self.level[-1], *(share * bright for share in ALIKE))
        self.level[:-2] = np.clip(self.level[:-2], -SLOWEST * bright, SLOWEST * bright)
        typical = np.clip(field.shares @ self.level, *(share * bright for share in RANGE))
        self.typical = np.where(outside, self.level[-2:][dim], typical)
        return self.typical - before

    def within(self, width):
        """Columns' widths (n,) within their range."""
        return np.clip(width, *(share * self.level[-2] for share in RANGE))
