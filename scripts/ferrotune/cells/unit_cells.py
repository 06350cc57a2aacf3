"""Unit cells of four A columns and a B column among them: polarization, lattice parameters, volume."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csgraph
from scipy.spatial import cKDTree
from scipy.special import ellipe

from ferrotune.cells.row_noise import row_noise

AROUND = 0.75  # cells; between half the diagonal and the edge of a cell
REACH = 0.3  # cells; a neighbour lies so near to where the lattice predicts it


@dataclass(frozen=True)
class Cells:
    """Unit cells, one row a cell, lengths in px, angles in degrees.

    yx (n, 2): mean place of B between the four A columns, which is their centre in a perovskite along [100].
    polarization (n, 2) as (y, x): displacement of the B column from that place, NaN where no B column was found.
    a, b (n,): mean length of the two edges along the
    lattice's a and b. alpha (n,): angle between them. volume (n,): area of the quadrangle, px^2.
    ab (n, 2) int: lattice indices. corners (n, 4) int: rows of the A columns, in order around the cell.
    row_noise: what the scan adds to the polarization along the rows, see `ferrotune.cells.row_noise`.
    """

    yx: np.ndarray
    polarization: np.ndarray
    a: np.ndarray
    b: np.ndarray
    alpha: np.ndarray
    volume: np.ndarray
    ab: np.ndarray
    corners: np.ndarray
    row_noise: float


def neighbour_at(tree, yx, step, reach):
    """Find the row (n,) of the column one step away from each column; -1 where there is none."""
    distance, index = tree.query(yx + step, distance_upper_bound=reach)
    return np.where(np.isfinite(distance), index, -1)


def _graph(edges, size):
    """Graph of `size` nodes with edges (2, n)."""
    return coo_array((np.ones(edges.shape[1]), (edges[0], edges[1])), shape=(size, size)).tocsr()


def _lattice_indices(yx, along_a, along_b, lattice):
    """Integer indices (n, 2), counted from column to column: strain and drift do not add up."""
    n = len(yx)
    edges, steps = [], []
    for axis, neighbour in enumerate((along_a, along_b)):
        start = np.flatnonzero(neighbour >= 0)
        edges.append(np.stack([start, neighbour[start]]))
        steps.append(np.full(len(start), axis))
    edges, steps = np.hstack(edges), np.hstack(steps)
    step_of = dict(zip(map(tuple, edges.T.tolist()), steps.tolist(), strict=True))
    _, group = csgraph.connected_components(_graph(edges, n), directed=False)
    roots = np.unique(group, return_index=True)[1]
    # One search from a node tied to a root of each group: a search for each group would be quadratic in their number.
    tied = np.hstack([edges, np.stack([np.full(len(roots), n), roots])])
    order, parent = csgraph.breadth_first_order(_graph(tied, n + 1), n, directed=False)
    indices = np.round((yx - yx[0]) @ lattice.reciprocal.T).astype(int)  # of a root, from the lattice
    for child, above in zip(order[1:].tolist(), parent[order[1:]].tolist(), strict=True):
        if above == n:
            continue
        axis = step_of.get((above, child))
        sign = 1 if axis is not None else -1
        axis = step_of[child, above] if axis is None else axis
        indices[child] = indices[above]
        indices[child, axis] += sign
    return indices - indices.min(axis=0)


def _displacement(centre, b_yx, reach):
    displacement = np.full_like(centre, np.nan)
    if len(b_yx) and len(centre):
        distance, index = cKDTree(b_yx).query(centre, distance_upper_bound=reach)
        found = np.isfinite(distance)
        displacement[found] = b_yx[index[found]] - centre[found]
    return displacement


def _place_of_b(p, motif):
    """Mean place (n, 2) px of B between the four A columns p (n, 4, 2) of cells; their centre where there is no B."""
    if motif.of_b is None or motif.name == "perovskite_100":
        return p.mean(axis=1)
    a, b = motif.of_b
    return np.einsum("k,nkx->nx", [(1 - a) * (1 - b), a * (1 - b), a * b, (1 - a) * b], p)


def noise_length(sigma_y, sigma_x):
    """Mean length of a vector that is only noise, normally distributed along y and x.

    Parameters
    ----------
    sigma_y, sigma_x : float

    Returns
    -------
    float, in the same unit; sqrt(pi / 2) sigma where both are the same (Rayleigh)

    Examples
    --------
    >>> round(noise_length(1.0, 1.0), 3), round(noise_length(0.0, 1.0), 3)
    (1.253, 0.798)
    """
    low, high = sorted((sigma_y, sigma_x))
    if not high > 0:
        return float(high)
    return float(high * np.sqrt(2 / np.pi) * ellipe(1 - (low / high) ** 2))


def build_cells(a_yx, b_yx, lattice):
    """Build unit cells from refined columns.

    Parameters
    ----------
    a_yx, b_yx : (n, 2), (m, 2) positions of the A and B columns, px
    lattice : ferrotune.columns.phase.Lattice
        Its motif says where in the cell B stands.

    Returns
    -------
    Cells
        Empty where no four A columns close a cell.

    Examples
    --------
    Two cells of 20 x 20 px, whose B columns are 1 px below the middle:

    >>> import numpy as np
    >>> from ferrotune.columns.lattice import Lattice
    >>> a_yx = 20.0 * np.argwhere(np.ones((2, 3)))
    >>> b_yx = np.array([[11.0, 10.0], [11.0, 30.0]])
    >>> cells = build_cells(a_yx, b_yx, Lattice(np.array([20.0, 0.0]), np.array([0.0, 20.0])))
    >>> print(cells.polarization.tolist())
    [[1.0, 0.0], [1.0, 0.0]]
    >>> print(cells.a.tolist(), cells.alpha.tolist(), cells.ab.tolist())
    [20.0, 20.0] [90.0, 90.0] [[0, 0], [0, 1]]
    """
    reach = REACH * lattice.motif.scale_px(lattice)
    tree = cKDTree(a_yx)
    along_a = neighbour_at(tree, a_yx, lattice.a, reach)
    along_b = neighbour_at(tree, a_yx, lattice.b, reach)
    first = np.arange(len(a_yx))
    opposite = np.where(along_a >= 0, along_b[along_a], -1)
    closed = (along_a >= 0) & (along_b >= 0) & (opposite >= 0)
    closed &= np.where(along_b >= 0, along_a[along_b], -2) == opposite
    corners = np.stack([first, along_a, opposite, along_b], axis=1)[closed]
    ab = _lattice_indices(a_yx, along_a, along_b, lattice)[closed]
    p = a_yx[corners]
    centre = _place_of_b(p, lattice.motif)
    polarization = _displacement(centre, b_yx, reach)
    if not lattice.motif.is_special and np.isfinite(polarization).any():
        polarization -= np.nanmedian(polarization, axis=0)  # the place itself is measured, to some hundredths of a cell
    edge_a = ((p[:, 1] - p[:, 0]) + (p[:, 2] - p[:, 3])) / 2
    edge_b = ((p[:, 3] - p[:, 0]) + (p[:, 2] - p[:, 1])) / 2
    length_a, length_b = np.hypot(*edge_a.T), np.hypot(*edge_b.T)
    cosine = (edge_a * edge_b).sum(1) / (length_a * length_b)
    return Cells(
        yx=centre,
        polarization=polarization,
        a=length_a,
        b=length_b,
        alpha=np.degrees(np.arccos(np.clip(cosine, -1, 1))),
        volume=np.abs(edge_a[:, 0] * edge_b[:, 1] - edge_a[:, 1] * edge_b[:, 0]),
        ab=ab,
        corners=corners,
        row_noise=row_noise(centre, polarization, lattice.cell_px),
    )


def polarization_at(yx, cells_yx, polarization, cell_px):
    """Average the polarization over the unit cells whose centres are within 0.75 cells of each position.

    At a B column this is its own cell, at an A column the four cells that meet in it.

    Parameters
    ----------
    yx : (n, 2) float, px
    cells_yx, polarization : (cell, 2) float, px; NaN where a cell has no polarization
    cell_px : float

    Returns
    -------
    (n, 2) float, px; NaN where there is no such cell
    """
    known = np.isfinite(polarization).all(axis=1)
    if not known.any():
        return np.full((len(yx), 2), np.nan)
    reach = AROUND * cell_px
    distance, cell = cKDTree(cells_yx[known]).query(yx, k=4, distance_upper_bound=reach)
    near = np.isfinite(distance)[..., None]
    found = np.append(polarization[known], [[0.0, 0.0]], axis=0)[cell]
    count = near.sum(axis=1)
    return np.where(count > 0, (found * near).sum(axis=1) / np.maximum(count, 1), np.nan)
