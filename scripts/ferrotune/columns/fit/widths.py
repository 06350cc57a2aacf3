"""Widths of columns: typical widths of bright and of dim columns, and the scatter of single columns about them."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.gaussians import AMPLITUDE, WIDTH, X, Y
from ferrotune.columns.fit.solver import Field
from ferrotune.images.noise import robust_deviation


def are_bright(theta):
    """Whether columns (n,) of theta (n, 4) belong to the brighter half of the range of amplitudes."""
    return theta[:, AMPLITUDE] >= np.percentile(theta[:, AMPLITUDE], [10, 90]).mean()


@dataclass(frozen=True)
class OwnWidths:
    """Widths `free` (n,) px that each column's own pixels give, and their standard deviation `scatter`, a share."""

    free: np.ndarray
    scatter: float


@dataclass(frozen=True)
class Widths:
    """Typical widths.

    There is one number for all bright columns and one for all dim columns, and for each class a slow field over the
    background's m nodes.

    level (2 m + 2,) px: the field of bright columns, the field of dim columns, and the two numbers.
    typical (n,) px: the typical width at each column. cell_px : length of a unit cell, px.
    """

    level: np.ndarray
    typical: np.ndarray
    cell_px: float

    @classmethod
    def start(cls, n, cell_px, nodes):
        """Widths of n columns before any is fitted."""
        width = CHOICES.start_cells * cell_px
        return cls(np.append(np.zeros(2 * nodes), [width] * 2), np.full(n, width), cell_px)

    def field(self, nodes, dim, outside, fixed):
        """Field to solve for: shares `nodes` (n, m) of the nodes in the columns; dim (n,) int, outside (n,) bool."""
        m = nodes.shape[1]
        entries = np.column_stack([nodes.data.reshape(-1, 4), np.ones(len(dim))])
        entries[outside] = 0  # a tail does not show a width
        indices = np.column_stack([nodes.indices.reshape(-1, 4) + m * dim[:, None], 2 * m + dim])
        starts = 5 * np.arange(len(dim) + 1)
        shares = sparse.csr_array((entries.ravel(), indices.ravel(), starts), (len(dim), self.level.size))
        if fixed:
            share = np.full(self.level.size, CHOICES.fixed)
        else:
            share = np.append(np.full(2 * m, CHOICES.slow), [1.0, 1.0])
        stiffness = (share * np.median(self.typical)) ** -2.0
        return Field(shares, stiffness, -stiffness * np.append(self.level[:-2], [0, 0]))

    def prior(self, theta, scatter, fixed):
        """Prior of the columns' widths: 1 / variance (n,) and gradient (n,); fixed (n,) bool."""
        share = np.where(fixed, CHOICES.fixed, scatter)
        precision = (share * self.typical) ** -2
        return precision, precision * (self.typical - theta[:, WIDTH])

    def own_widths(self, before, theta, own, slope, bright):
        """Widths that each column's own pixels give, and the gradient corrected for noise.

        A column that is placed where noise sits, too, is fitted too narrow by as much as noise moves it.

        Parameters
        ----------
        before : OwnWidths
        theta : (n, 4) y, x (px), amplitude, width (px)
        own : (n, 4, 4), the columns' blocks of the normal matrix
        slope : (n, 4), gradient
        bright : (n,) bool; the scatter is that of these columns

        Returns
        -------
        OwnWidths
        slope : (n, 4), corrected
        """
        inverse = np.linalg.inv(own)
        width, error = theta[:, WIDTH], np.sqrt(inverse[:, WIDTH, WIDTH])
        noise = np.minimum((inverse[:, Y, Y] + inverse[:, X, X]) / 2, width**2 / 8)
        slope = slope.copy()
        slope[:, WIDTH] += CHOICES.common_share * noise / (2 * width * error**2)
        free, scatter = width + np.einsum("nj,nj->n", inverse[:, WIDTH], slope), before.scatter
        if bright.any():
            off, error = free[bright] / self.typical[bright] - 1, error[bright] / self.typical[bright]
            found = robust_deviation(off)
            found = np.sqrt(max(found**2 - np.median(error) ** 2, 0))
            scatter = float(np.clip(found, *CHOICES.scatter_range))
        return OwnWidths(free, scatter), slope

    def part(self, field, step):
        """Share of a step of the field's nodes that may be taken at once."""
        # The 90th percentile, not the largest: nodes with few columns may try to leave their bounds again and again.
        change = np.percentile(np.abs(field.shares @ step), 90)
        return min(1.0, CHOICES.longest_width_step * self.level[-2] / max(change, 1e-12))

    def moved(self, field, step, dim, outside):
        """Widths after a step of the field's nodes, within their bounds."""
        level = self.level + step
        bright = np.clip(level[-2], *(cells * self.cell_px for cells in CHOICES.bounds_cells))
        level[-2:] = bright, np.clip(level[-1], *(share * bright for share in CHOICES.dim_range))
        level[:-2] = np.clip(level[:-2], -CHOICES.slowest * bright, CHOICES.slowest * bright)
        typical = np.clip(field.shares @ level, *(share * bright for share in CHOICES.width_range))
        return Widths(level, np.where(outside, level[-2:][dim], typical), self.cell_px)

    def within(self, width):
        """Columns' widths (n,) within their range."""
        return np.clip(width, *(share * self.level[-2] for share in CHOICES.width_range))
