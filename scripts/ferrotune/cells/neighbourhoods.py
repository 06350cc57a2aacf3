"""Neighbourhoods of columns: displacement from the cage, vectors to neighbours, local lattice parameters."""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.cells.unit_cells import REACH, neighbour_at
from ferrotune.columns.sublattices import A, B

OWN = np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])  # steps to the neighbours in the same sublattice, cells


def _neighbours(centre, others, steps, lattice, reach):
    """Rows (n, 4) of the `others` that are one step of the lattice from each centre; -1 where there is none."""
    if not len(others):
        return np.full((len(centre), len(steps)), -1)
    tree = cKDTree(others)
    return np.stack([neighbour_at(tree, centre, step @ lattice.vectors, reach) for step in steps], axis=1)


def _vectors(yx, centre, neighbours):
    """Vectors (n, 4, 2) from the centres to their neighbours, px."""
    return yx[neighbours] - yx[centre][:, None]


def _lattice_parameters(own):
    """Local a, b (n, 2), px, and the angle between them (n, 1), degrees, of vectors (n, 4, 2) in the order of OWN."""
    a, b = (own[:, 0] - own[:, 1]) / 2, (own[:, 2] - own[:, 3]) / 2
    lengths = np.stack([np.hypot(*a.T), np.hypot(*b.T)], axis=1)
    cosine = (a * b).sum(axis=1) / lengths.prod(axis=1)
    return lengths, np.degrees(np.arccos(np.clip(cosine, -1, 1)))[:, None]


def surrounded(yx, sublattice, centre_of, lattice, caged=True):
    """Find the columns of a sublattice that have all their neighbours.

    Parameters
    ----------
    yx : (n, 2) float, px
    sublattice : (n,) int
    centre_of : A or B of ferrotune.columns.sublattices, the centres' sublattice
    lattice : ferrotune.columns.phase.Lattice
    caged : bool
        Whether the neighbours in the other sublattice are needed, too.

    Returns
    -------
    centre : (m,) int, rows of the columns
    own : (m, 4) int, rows of the neighbours in the same sublattice, along +a, -a, +b, -b
    other : (m, k) int or None
        Rows of the cage in the other. From an A column the cage of a perovskite is along +a+b, +a-b, -a+b, -a-b; from a
        B column directions are opposite.
    missed : int, how many columns of the sublattice lack a neighbour
    """
    reach = REACH * lattice.motif.scale_px(lattice)
    same, cage = (np.flatnonzero(sublattice == one) for one in (centre_of, B if centre_of == A else A))
    own = _neighbours(yx[same], yx[same], OWN, lattice, reach)
    if not caged:
        whole = (own >= 0).all(axis=1)
        return same[whole], same[own[whole]], None, int((~whole).sum())
    steps = lattice.motif.steps_to_b(lattice) * (1 if centre_of == A else -1)
    other = _neighbours(yx[same], yx[cage], steps, lattice, reach)
    whole = (own >= 0).all(axis=1) & (other >= 0).all(axis=1)
    return same[whole], same[own[whole]], cage[other[whole]], int((~whole).sum())


def quantities(yx, amplitude, centre_of, centre, own, other):
    """Calculate what describes columns among their neighbours; without a cage (None) what does not need it.

    Parameters
    ----------
    yx : (n, 2) float, px
    amplitude : (n,) float
    centre_of : A or B, the sublattice of the centres
    centre, own, other : rows, from `surrounded`

    Returns
    -------
    dict of str to (m, k) float
        displacement : (y, x) px, of B against A, so that both sublattices show the same polarization. At a B column it
        is its displacement from its cage of A; at an A column it is the displacement of its cage of B from it.
        vectors : (y, x) px; the first lead from A to the nearest B (from the nearest A to B), four of each, the other
        four to the nearest columns of the same sublattice. Directions are the same for both sublattices.
        lengths : a, b, px, and angle : alpha, degrees, from the last four vectors.
        intensity : the column's amplitude.
    """
    to_own = _vectors(yx, centre, own)
    lengths, angle = _lattice_parameters(to_own)
    found = {"lengths": lengths, "angle": angle, "intensity": amplitude[centre][:, None]}
    if other is None:
        return found
    to_other = _vectors(yx, centre, other) * (1 if centre_of == A else -1)  # from A to B
    vectors = np.concatenate([to_other, to_own], axis=1).reshape(len(centre), 2 * (other.shape[1] + len(OWN)))
    return {"displacement": to_other.mean(axis=1), "vectors": vectors} | found


def position_variance(sigma_yx, centre, other, unknown):
    """Calculate the variance (m,) of displacements from the columns' error bars, px^2, as mean of the two axes.

    `other` may be the cage or, for lattice parameters, the neighbours in the same sublattice. As in
    `ferrotune.cells.strain.cell_errors` it is the variance of the centre plus that of the mean of the others, here with
    either sublattice as centre.

    Parameters
    ----------
    sigma_yx : (n, 2) float, px; NaN where a fit stopped at its reach
    centre, other : rows, from `surrounded`
    unknown : float, px; standard error where there is none
    """
    variance = np.where(np.isfinite(sigma_yx), sigma_yx, unknown) ** 2
    variance = variance.mean(axis=1)
    return variance[centre] + variance[other].mean(axis=1) / other.shape[1]
