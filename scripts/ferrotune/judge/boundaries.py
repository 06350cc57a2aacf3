"""Domains of like labels, and the boundaries between them."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

SMOOTH = 2.0  # cells; sigma over which the course of a boundary is smoothed, so that noise does not make it rough
STRETCH = 30.0  # cells; stretches of a boundary are judged by themselves where the whole does not stand
REACH = 10.0  # cells; sites up to this distance belong to the profile of their nearest boundary


@dataclass(frozen=True)
class Boundaries:
    """Boundaries of a segmentation: each separates two domains.

    Attributes
    ----------
    domain : (row, column) int
        Domain of each point of the grid, -1 without a label.
    label : (domain,) int
        Label of each domain.
    pair : (boundary, 2) int
        The two domains of each boundary, the smaller number first.
    length : (boundary,) float
        Cells.
    edge_length : (edge,) float
        Length of boundary of each edge, cells: a staircase of edges is longer than the line.
    midpoint : (edge, 2) float
        Positions between neighbouring points of unlike labels, cells, smoothed along the boundary.
    normal : (edge, 2) float
        Unit vector from the first domain of the boundary to the second.
    of_edge : (edge,) int
        Boundary of each edge.
    """

    domain: np.ndarray
    label: np.ndarray
    pair: np.ndarray
    length: np.ndarray
    edge_length: np.ndarray
    midpoint: np.ndarray
    normal: np.ndarray
    of_edge: np.ndarray

    def __len__(self):
        return len(self.pair)

    def stretches(self, which):
        """The same boundaries, some of them (boundary,) bool divided into stretches.

        A stretch is the part of a boundary in one square of STRETCH cells.

        Returns
        -------
        Boundaries
            Each stretch is a boundary.
        parent : (boundary,) int
            Boundary that each of them is a part of, or is.
        """
        square = np.floor(self.midpoint / STRETCH).astype(int)
        square -= square.min(axis=0, initial=0)
        number = (square[:, 0] * (square[:, 1].max(initial=0) + 1) + square[:, 1] + 1) * which[self.of_edge]
        parent, _, of_edge = _unlike(self.of_edge, number)
        length = np.bincount(of_edge, self.edge_length, len(parent))
        return replace(self, pair=self.pair[parent], length=length, of_edge=of_edge), parent

    def nearest(self, points):
        """Boundary nearest to each of some points (n, 2), unit cells: (n,) int."""
        return self.of_edge[cKDTree(self.midpoint).query(points)[1]]

    def some(self, numbers):
        """Some of the boundaries, numbered anew: numbers (m,) int, rising."""
        own = np.isin(self.of_edge, numbers)
        return Boundaries(
            self.domain,
            self.label,
            self.pair[numbers],
            self.length[numbers],
            self.edge_length[own],
            self.midpoint[own],
            self.normal[own],
            np.searchsorted(numbers, self.of_edge[own]),
        )


def _unlike(one, other):
    """Unlike pairs of arrays (n,) int, none negative: both of each pair (m,), rising, and the pair of each (n,)."""
    base = int(other.max(initial=0)) + 1
    pairs, of_each = np.unique(one.astype(np.int64) * base + other, return_inverse=True)
    return pairs // base, pairs % base, of_each


def _edges(domain, yx):
    """Edges between unlike domains: the domains of both ends (edge, 2), and the positions of both ends."""
    ends, places = [], []
    for one, other in (
        ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
    ):
        a, b = domain[one], domain[other]
        cut = (a != b) & (a >= 0) & (b >= 0)
        ends.append(np.column_stack([a[cut], b[cut]]))
        places.append(np.stack([yx[one][cut], yx[other][cut]], axis=1))
    return np.concatenate(ends), np.concatenate(places)


def _smoothed(midpoint, across, of_edge):
    """Midpoints and directions (edge, 2) averaged over the edges of the same boundary within 2 SMOOTH."""
    tree = cKDTree(midpoint)
    pairs = tree.query_pairs(2 * SMOOTH, output_type="ndarray")
    pairs = pairs[of_edge[pairs[:, 0]] == of_edge[pairs[:, 1]]]
    weight = np.exp(-((midpoint[pairs[:, 0]] - midpoint[pairs[:, 1]]) ** 2).sum(axis=1) / (2 * SMOOTH**2))
    total, both = np.ones(len(midpoint)), np.column_stack([midpoint, across])
    sums = both.copy()
    for one, other in ((0, 1), (1, 0)):
        total += np.bincount(pairs[:, one], weight, len(midpoint))
        for axis in range(4):
            sums[:, axis] += np.bincount(pairs[:, one], weight * both[pairs[:, other], axis], len(midpoint))
    return sums[:, :2] / total[:, None], sums[:, 2:] / total[:, None]


def boundaries_of(grid, labels):
    """Boundaries of a segmentation.

    Parameters
    ----------
    grid : SiteGrid
    labels : (site,) int, negative for an undecided site

    Returns
    -------
    Boundaries
    """
    domain, of_domain = grid.domains(labels)
    ends, places = _edges(domain, grid.yx)
    turned = ends[:, 0] > ends[:, 1]
    ends[turned], places[turned] = ends[turned, ::-1], places[turned, ::-1]
    *pair, of_edge = _unlike(*ends.T)
    pair = np.column_stack(pair)
    across = places[:, 1] - places[:, 0]
    midpoint, direction = places.mean(axis=1), across
    if len(of_edge):
        midpoint, direction = _smoothed(midpoint, across, of_edge)
    norm = np.hypot(*direction.T)
    # where a boundary turns back on itself the direction averages out: the edge's own direction is left
    direction = np.where(norm[:, None] > 0.1, direction, across)
    normal = direction / np.maximum(np.hypot(*direction.T), 1e-9)[:, None]
    # a staircase of edges is longer than the line: its projection on the smoothed normal is the length
    edge_length = np.abs((across * normal).sum(axis=1))
    length = np.bincount(of_edge, edge_length, len(pair))
    return Boundaries(domain, of_domain, pair.reshape(-1, 2), length, edge_length, midpoint, normal, of_edge)


def distances(boundaries, grid):
    """Edge of a boundary nearest to each point, and the signed distance from it.

    Parameters
    ----------
    boundaries : Boundaries, one or more
    grid : SiteGrid

    Returns
    -------
    point : (n, 2) int
        Points of the grid within REACH of their nearest boundary, and in one of its two domains.
    edge : (n,) int
    distance : (n,) float
        Cells, along the normal of the boundary: negative on the side of its first domain.
    """
    point = np.argwhere(boundaries.domain >= 0)
    yx = grid.yx[*point.T]
    far, edge = cKDTree(boundaries.midpoint).query(yx, distance_upper_bound=REACH + 1.0)
    near = np.isfinite(far)
    point, yx, edge = point[near], yx[near], edge[near]
    boundary = boundaries.of_edge[edge]
    distance = ((yx - boundaries.midpoint[edge]) * boundaries.normal[edge]).sum(axis=1)
    domain = boundaries.domain[*point.T]
    own = (boundaries.pair[boundary] == domain[:, None]).any(axis=1) & (np.abs(distance) <= REACH)
    return point[own], edge[own], distance[own]
