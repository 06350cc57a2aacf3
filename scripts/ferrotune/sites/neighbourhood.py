"""Neighbourhoods of sites: the graph of neighbours, and pairs across a wall."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.errors import InputError

NEIGHBOUR = 1.25  # cells; between the edge of a unit cell and its diagonal
ACROSS = (2.5, 3.5)  # cells; sites this far apart are on the two sides of a wall, which is about two cells wide


def site_graph(yx, cell_px):
    """Pairs of neighbouring sites: within 1.25 cells, which is along the edges of the unit cell.

    Parameters
    ----------
    yx : (n, 2) float
        Positions of the sites, px.
    cell_px : float
        Geometric mean length of the unit cell's edges, px.

    Returns
    -------
    (m, 2) int
        Pairs of indices, the smaller first, in ascending order.
    """
    yx = np.asarray(yx, dtype=float).reshape(-1, 2)
    if not (np.isfinite(yx).all() and np.isfinite(cell_px) and cell_px > 0):
        raise InputError(f"site graph: positions must be finite and the cell ({cell_px} px) > 0; drop such sites")
    edges = cKDTree(yx).query_pairs(NEIGHBOUR * cell_px, output_type="ndarray") if len(yx) else []
    edges = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return edges[np.lexsort([edges[:, 1], edges[:, 0]])]


@dataclass(frozen=True)
class Neighbourhood:
    """Neighbours of sites.

    edges (m, 2): pairs of the site graph; across (k, 2): pairs on the two sides of a possible wall.
    """

    edges: np.ndarray
    across: np.ndarray

    @classmethod
    def of(cls, yx, cell_px, grid=None, across_px=None):
        """Neighbourhood of sites yx (n, 2) px that are a unit cell (cell_px) apart.

        For windows on a grid, cell_px is the distance at which two windows hardly share pixels. The windows then form
        several interleaved grids of this spacing, and `grid` (n,) int is the number of each window's grid: no pair of
        neighbours is taken from two grids. across_px is a third of the distance over which a wall is crossed. It is
        given separately because the nearer the pairs, the better a wall is distinguished from a trend, and noise
        does not matter there.
        """
        far = yx
        if grid is not None:
            # move the grids so far from each other that no two of their sites are near
            reach = np.ptp(yx, axis=0).max(initial=0.0) + 4 * cell_px
            far = yx + np.outer(grid, [reach, 0.0])
        return cls(site_graph(far, cell_px), pairs_across(yx, across_px or cell_px))


def pairs_across(yx, cell_px):
    """Pairs (k, 2) of sites yx (n, 2) px that are 2.5 to 3.5 cells apart."""
    pairs = cKDTree(yx).query_pairs(ACROSS[1] * cell_px, output_type="ndarray")
    distance = np.hypot(*(yx[pairs[:, 0]] - yx[pairs[:, 1]]).T)
    pairs = pairs[distance > ACROSS[0] * cell_px]
    return pairs[np.lexsort([pairs[:, 1], pairs[:, 0]])]
