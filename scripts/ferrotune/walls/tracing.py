"""Interfaces between the labels of a raster, followed into lines that continue straight through junctions.

Positions of samples are (row, column) of the raster; divided by `samples_per_cell` they are lengths in cells.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, depth_first_order

from ferrotune.sites.raster import differs

ENDS = 8  # interfaces that may meet in one junction; more are noise, where it does not matter which continue


def _graph(links, size):
    """Undirected graph of `size` nodes."""
    return coo_array((np.ones(len(links)), links.T), shape=(size, size)).tocsr()


def _chains(size, links):
    """Order of the nodes of a graph with at most two links a node; starts of its chains; which chains are rings."""
    degree = np.bincount(links.ravel(), minlength=size)
    count, chain = connected_components(_graph(links, size), directed=False)
    # one search along a spine, with a node tied to one end of each chain (any node of a ring), visits them one by
    # one; with a single root the time would be quadratic in the number of chains
    by_end = np.lexsort([np.arange(size), degree == 2, chain])
    first = by_end[np.searchsorted(chain[by_end], np.arange(count))]
    spine = size + np.arange(count)
    tied = np.concatenate([links, np.column_stack([first, spine]), np.column_stack([spine[:-1], spine[1:]])])
    order = np.empty(0, dtype=int)
    if count:
        order = depth_first_order(_graph(tied, size + count), size, directed=False, return_predecessors=False)
    order = order[order < size]
    order = order[np.argsort(first[chain[order]], kind="stable")]
    starts = np.flatnonzero(np.diff(chain[order], prepend=-1))
    return order, starts, degree[order[starts]] == 2


def _branches(midpoints, links, reach):
    """For each edge: the length of its branch, the other end of the branch, and the point `reach` edges ahead."""
    order, starts, _ = _chains(len(midpoints), links)
    place = np.empty(len(order), dtype=int)
    place[order] = np.arange(len(order))
    branch = np.searchsorted(starts, place, side="right") - 1
    start, stop = starts[branch], np.append(starts[1:], len(order))[branch] - 1
    onward = place == start
    ahead = np.where(onward, np.minimum(place + reach, stop), np.maximum(place - reach, start))
    return stop - start + 1, order[np.where(onward, stop, start)], midpoints[order[ahead]]


def _junctions(corner, ends, last, size):
    """Junction of each corner; corners that are joined by brief branches (given by their `ends`) are one junction."""
    branch = np.minimum(ends // 2, last[ends // 2])
    ends = ends[np.argsort(branch, kind="stable")]
    branch = np.sort(branch)
    both = np.flatnonzero(branch[:-1] == branch[1:])
    joined = np.column_stack([corner[ends[both]], corner[ends[both + 1]]])
    return connected_components(_graph(joined, size), directed=False)[1]


def _straightest(pairs, junction, cosine):
    """Pairs of edge ends to join, the straightest of each junction first; an end is joined once."""
    order = np.lexsort([pairs[:, 1], pairs[:, 0], -cosine, junction])
    pairs, junction = pairs[order], junction[order]
    joined = [np.empty((0, 2), dtype=int)]
    while len(pairs):
        joined.append(pairs[np.flatnonzero(np.diff(junction, prepend=-1))])
        free = ~np.isin(pairs, joined[-1]).any(axis=1)
        pairs, junction = pairs[free], junction[free]
    return np.concatenate(joined)


def interfaces(label_raster):
    """Unit edges between samples of different labels: the middle line of each wall in the wall map.

    An edge joins two corners of the grid of samples. Its position is the point halfway between the two samples that
    it separates. Unlike a thinned wall map, the line has no spurs and no bias to one side.

    Parameters
    ----------
    label_raster : (rows, cols) int
        Labels, negative where there is none.

    Returns
    -------
    midpoints : (n, 2) float
        (row, column) of the edges' middles, in samples.
    corners : (n, 2) int
        The two corners that each edge joins: i * (cols + 1) + j for the corner at (i - 1/2, j - 1/2) samples.
    """
    stride = label_raster.shape[1] + 1
    i, j = np.nonzero(differs(label_raster[:-1], label_raster[1:]))
    level = np.column_stack([(i + 1) * stride + j, (i + 1) * stride + j + 1])
    k, m = np.nonzero(differs(label_raster[:, :-1], label_raster[:, 1:]))
    upright = np.column_stack([k * stride + m + 1, (k + 1) * stride + m + 1])
    midpoints = np.concatenate([np.column_stack([i + 0.5, j]), np.column_stack([k, m + 0.5])])
    return midpoints, np.concatenate([level, upright])


def follow(midpoints, corners, reach, short, bend):
    """Order the edges of interfaces into lines that continue straight through junctions.

    Parameters
    ----------
    midpoints : (n, 2) float
        Middles of the edges, in samples, from `interfaces`.
    corners : (n, 2) int
        The corners that each edge joins.
    reach : int
        Edges over which the direction of a branch at a junction is measured.
    short : int
        Junctions joined by this many edges or fewer are one junction; these edges become lines of their own.
    bend : float
        Degrees by which a line may bend at a junction; the straightest of several branches continues the line.

    Returns
    -------
    order : (n,) int
        The edges, line after line.
    starts : (lines,) int
        Where each line starts in `order`.
    closed : (lines,) bool
        Whether the line is a ring.
    """
    _, corner, degree = np.unique(corners.ravel(), return_inverse=True, return_counts=True)
    end = np.argsort(corner, kind="stable")  # an edge's two ends are 2 * edge and 2 * edge + 1
    plain = end[degree[corner[end]] == 2].reshape(-1, 2) // 2
    length, last, ahead = _branches(midpoints, plain, reach)
    meeting = end[degree[corner[end]] > 2]
    # a brief branch has no direction of its own
    brief = length[meeting // 2] <= short
    junction = _junctions(corner, meeting[brief], last, len(degree))
    meeting = meeting[~brief]
    meeting = meeting[np.argsort(junction[corner[meeting]], kind="stable")]
    at, away = junction[corner[meeting]], (ahead - midpoints)[meeting // 2]
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    steps = range(1, min(ENDS, len(at)))
    first = [np.flatnonzero(at[:-step] == at[step:]) for step in steps]
    pairs = [np.column_stack([k, k + step]) for k, step in zip(first, steps, strict=True)]
    pairs = np.concatenate([np.empty((0, 2), dtype=int), *pairs])
    cosine = -(away[pairs[:, 0]] * away[pairs[:, 1]]).sum(axis=1)
    pairs, cosine = pairs[cosine > np.cos(np.deg2rad(bend))], cosine[cosine > np.cos(np.deg2rad(bend))]
    through = meeting[_straightest(pairs, at[pairs[:, 0]], cosine)] // 2
    return _chains(len(midpoints), np.concatenate([plain, through]))
