"""Labels of sites drawn on an even grid, the wall map, and the interfaces between labels, followed.

Positions of samples are (row, column) of the raster; divided by `samples_per_cell` they are lengths in cells.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, depth_first_order
from scipy.spatial import cKDTree

from ferrotune.errors import InputError

NO_LABEL = -1
SAMPLES_PER_CELL = 8  # a wall is then placed to an eighth of a cell, at 1 % of the pixels of a full-size image
ENDS = 8  # interfaces that may meet in one junction; more is noise, where it does not matter which go on


def _sample_positions(size, step):
    """Positions (px) of the samples along an axis of `size` pixels."""
    return np.arange(int(np.floor((size - 1) / step)) + 1) * step


def _differs(one, other):
    """Where two samples both have a label, and not the same one."""
    return (one != other) & (one >= 0) & (other >= 0)


def _graph(links, size):
    """Undirected graph of `size` nodes."""
    return coo_array((np.ones(len(links)), links.T), shape=(size, size)).tocsr()


def _chains(size, links):
    """Order of the nodes of a graph with two links a node at most, starts of its chains, which are rings."""
    degree = np.bincount(links.ravel(), minlength=size)
    count, chain = connected_components(_graph(links, size), directed=False)
    # one search along a spine with a node tied to one end of each chain (any node of a ring) walks them one by
    # one; a single root would be gone through anew after each chain, which is quadratic in their number
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
    """Of each edge: the length of its branch, its branch's other end, and the point `reach` edges ahead."""
    order, starts, _ = _chains(len(midpoints), links)
    place = np.empty(len(order), dtype=int)
    place[order] = np.arange(len(order))
    branch = np.searchsorted(starts, place, side="right") - 1
    start, stop = starts[branch], np.append(starts[1:], len(order))[branch] - 1
    onward = place == start
    ahead = np.where(onward, np.minimum(place + reach, stop), np.maximum(place - reach, start))
    return stop - start + 1, order[np.where(onward, stop, start)], midpoints[order[ahead]]


def _junctions(corner, ends, last, size):
    """Junction of each corner: the corners that brief branches, given by their `ends`, join are one."""
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


def site_raster(yx, mask, cell_px, samples_per_cell=8, reach=1.0):
    """Nearest site at each sample of an even grid; it depends on the sites alone, so trials share it.

    Parameters
    ----------
    yx : (n, 2) float
        Positions of the sites, px.
    mask : (y, x) bool
        True where the image has signal.
    cell_px : float
        Geometric mean length of the unit cell's edges, px.
    samples_per_cell : int
        Samples a cell; sample (i, j) lies at (i, j) * cell_px / samples_per_cell px.
    reach : float
        Cells from a site to the furthest of its samples.

    Returns
    -------
    (rows, cols) int32
        Index of the nearest site; -1 outside the mask or further than `reach` from any site.

    Raises
    ------
    InputError
        If a position is not finite, the cell or the sampling is not positive, or the mask is not an image.
    """
    yx = np.asarray(yx, dtype=float).reshape(-1, 2)
    mask = np.asarray(mask, dtype=bool)
    if not np.isfinite(yx).all():
        raise InputError("site raster: a site's position is not finite; drop such sites first")
    if not (np.isfinite(cell_px) and cell_px > 0 and samples_per_cell > 0):
        raise InputError(f"site raster: cell {cell_px} px, {samples_per_cell} samples a cell; both must be > 0")
    if mask.ndim != 2 or mask.size == 0:
        raise InputError(f"site raster: the mask has shape {mask.shape}; give the image's (y, x) mask")
    step = cell_px / samples_per_cell
    y, x = (_sample_positions(size, step) for size in mask.shape)
    inside = mask[np.ix_(np.rint(y).astype(int), np.rint(x).astype(int))]
    sites = np.full(inside.shape, NO_LABEL, dtype=np.int32)
    if len(yx) == 0 or not inside.any():
        return sites
    i, j = np.nonzero(inside)
    distance, nearest = cKDTree(yx).query(
        np.column_stack([y[i], x[j]]), distance_upper_bound=np.nextafter(reach * cell_px, np.inf), workers=-1
    )
    sites[i, j] = np.where(np.isfinite(distance), nearest, NO_LABEL)
    return sites


def label_raster(site_raster, labels):
    """Label of each sample: that of its nearest site.

    Parameters
    ----------
    site_raster : (rows, cols) int
        From `site_raster`.
    labels : (n,) int
        Label of each site, negative for a site that has none.

    Returns
    -------
    (rows, cols) int
        Labels, -1 where there is none.
    """
    labels = np.append(np.asarray(labels, dtype=np.int32), NO_LABEL)
    # an index of -1 reads the appended "no label"
    return np.maximum(labels, NO_LABEL)[site_raster]


def interfaces(label_raster):
    """Unit edges between samples of different label: the middle line of the wall map's two-sample walls.

    An edge joins two corners of the grid of samples and is named by the point halfway between the two samples
    that it parts; unlike a thinned wall map it has no spurs and no bias to one side.

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
    i, j = np.nonzero(_differs(label_raster[:-1], label_raster[1:]))
    level = np.column_stack([(i + 1) * stride + j, (i + 1) * stride + j + 1])
    k, m = np.nonzero(_differs(label_raster[:, :-1], label_raster[:, 1:]))
    upright = np.column_stack([k * stride + m + 1, (k + 1) * stride + m + 1])
    midpoints = np.concatenate([np.column_stack([i + 0.5, j]), np.column_stack([k, m + 0.5])])
    return midpoints, np.concatenate([level, upright])


def follow(midpoints, corners, reach, short, turn):
    """Order the edges of interfaces into lines that go straight on through junctions.

    Parameters
    ----------
    midpoints : (n, 2) float
        Middles of the edges, in samples, from `interfaces`.
    corners : (n, 2) int
        The corners that each edge joins.
    reach : int
        Edges over which the direction of a branch is taken at a junction.
    short : int
        Junctions joined by this many edges or fewer are one junction, and these edges are left by themselves.
    turn : float
        Degrees by which a line may turn at a junction; of several branches the straightest goes on.

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
    pairs, cosine = pairs[cosine > np.cos(np.deg2rad(turn))], cosine[cosine > np.cos(np.deg2rad(turn))]
    through = meeting[_straightest(pairs, at[pairs[:, 0]], cosine)] // 2
    return _chains(len(midpoints), np.concatenate([plain, through]))


def wall_map(label_raster):
    """Samples that lie at a domain wall: a labelled 4-neighbour has another label (the paper, step d).

    Parameters
    ----------
    label_raster : (rows, cols) int
        Labels, negative where there is none.

    Returns
    -------
    (rows, cols) bool
        True on both sides of each wall, so that walls are two samples thick.
    """
    wall = np.zeros(label_raster.shape, dtype=bool)
    down = _differs(label_raster[:-1], label_raster[1:])
    right = _differs(label_raster[:, :-1], label_raster[:, 1:])
    wall[:-1] |= down
    wall[1:] |= down
    wall[:, :-1] |= right
    wall[:, 1:] |= right
    return wall
