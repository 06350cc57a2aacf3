"""Strain of unit cells: tetragonality, rotation, shear, with the standard errors of all that is measured of a cell."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.cells.row_noise import row_noise
from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.sublattices import A, B


@dataclass(frozen=True)
class Strain:
    """Deformation of each unit cell from the mean cell of the image.

    Attributes
    ----------
    b_over_a : (cell,) float
        Tetragonality in the plane: c/a where the longer axis is along b, a/c where it is along a.
    rotation : (cell,) float
        Degrees from +y towards +x, from the mean cell.
    strain : (cell, 3) float
        Along a, along b, and shear (half the change of the angle, radians).
    """

    b_over_a: np.ndarray
    rotation: np.ndarray
    strain: np.ndarray


@dataclass(frozen=True)
class CellErrors:
    """Standard errors of what is measured of each cell, NaN where the error of a column is unknown.

    Attributes
    ----------
    polarization : (cell, 2) px
    a, b : (cell,) px
    alpha, rotation : (cell,) degrees
    b_over_a : (cell,)
    """

    polarization: np.ndarray
    a: np.ndarray
    b: np.ndarray
    alpha: np.ndarray
    rotation: np.ndarray
    b_over_a: np.ndarray


def edges_of(corners_yx):
    """Mean edges along a and b, (cell, 2) each, of corners (cell, 4, 2)."""
    p = corners_yx.transpose(1, 0, 2)
    return ((p[1] - p[0]) + (p[2] - p[3])) / 2, ((p[3] - p[0]) + (p[2] - p[1])) / 2


def _angle(edge):
    return np.arctan2(edge[:, 1], edge[:, 0])


def strain_of(cells, a_yx):
    """Strain of unit cells.

    Parameters
    ----------
    cells : ferrotune.cells.unit_cells.Cells
    a_yx : (column, 2) px, the A columns that the cells were built from

    Returns
    -------
    Strain

    Examples
    --------
    Two cells, the second one 2 % longer along b:

    >>> import numpy as np
    >>> from ferrotune.cells.unit_cells import build_cells
    >>> from ferrotune.columns.lattice import Lattice
    >>> a_yx = np.array([[0.0, 0], [0, 20], [0, 40.4], [20, 0], [20, 20], [20, 40.4]])
    >>> cells = build_cells(a_yx, np.zeros((0, 2)), Lattice(np.array([20.0, 0]), np.array([0, 20.0])))
    >>> strain_of(cells, a_yx).b_over_a.round(3).tolist()
    [1.0, 1.02]
    """
    edges = edges_of(a_yx[cells.corners])
    mean = [edge.mean(axis=0) for edge in edges]
    turned = [
        np.angle(np.exp(1j * (_angle(edge) - np.arctan2(of[1], of[0])))) for edge, of in zip(edges, mean, strict=True)
    ]
    longer = [np.hypot(*edge.T) / np.hypot(*of) - 1 for edge, of in zip(edges, mean, strict=True)]
    shear = (turned[0] - turned[1]) / 2 * np.sign(mean[0][0] * mean[1][1] - mean[0][1] * mean[1][0])
    return Strain(cells.b / cells.a, np.degrees((turned[0] + turned[1]) / 2), np.column_stack([*longer, shear]))


def _edge_errors(edge, variance):
    """Standard errors of an edge (cell, 2): its length, px, and its direction, radians; variance (cell, 2) px^2."""
    length = np.hypot(*edge.T)
    direction = edge / length[:, None]
    along, across = (np.sqrt((variance * part**2).sum(axis=1)) for part in (direction, direction[:, ::-1]))
    return along, across / length


def cell_errors(cells, a_yx, a_sigma, b_yx, b_sigma):
    """Standard errors of unit cells, from those of their columns.

    Parameters
    ----------
    cells : ferrotune.cells.unit_cells.Cells
    a_yx, a_sigma : (column, 2) px, of the A columns that the cells were built from, without the shifts of scan rows
    b_yx, b_sigma : (column, 2) px, of the B columns

    Returns
    -------
    CellErrors

    Notes
    -----
    Errors of columns are independent of each other. Shifts of scan rows are not: the cells of a row have them in
    common. They are measured from the rows (`ferrotune.cells.row_noise`), and added to the polarization along the rows
    and to the angles.
    """
    variance = (a_sigma[cells.corners] ** 2).sum(axis=1)  # (cell, 2)
    edges = edges_of(a_yx[cells.corners])
    (along_a, turn_a), (along_b, turn_b) = (_edge_errors(edge, variance / 4) for edge in edges)
    turn_a = np.hypot(turn_a, row_noise(cells.yx, edges[0], np.sqrt(np.median(cells.volume))) / cells.a)
    turn = np.degrees(np.hypot(turn_a, turn_b))
    polarization = np.full(cells.polarization.shape, np.nan)
    known = np.isfinite(cells.polarization).all(axis=1)
    if known.any():
        _, own = cKDTree(b_yx).query((cells.yx + cells.polarization)[known])
        polarization[known] = np.sqrt(b_sigma[own] ** 2 + variance[known] / 16)
        polarization[:, 1] = np.hypot(polarization[:, 1], cells.row_noise)
    ratio = cells.b / cells.a * np.hypot(along_a / cells.a, along_b / cells.b)
    return CellErrors(polarization, along_a, along_b, turn, turn / 2, ratio)


def measure_cells(yx, sigma_yx, sublattice, lattice, scan_left):
    """Unit cells of an image, their strain, and the standard errors of both.

    Parameters
    ----------
    yx, sigma_yx : (column, 2) px
    sublattice : (column,) int
    lattice : ferrotune.columns.lattice.Lattice
    scan_left : float, px, what sigma_yx holds along the rows for shifts of scan rows

    Returns
    -------
    Cells, Strain, CellErrors
    """
    alone = np.array(sigma_yx)
    alone[:, 1] = np.sqrt(np.maximum(alone[:, 1] ** 2 - scan_left**2, 0.0))
    of_a, of_b = (sublattice == one for one in (A, B))
    cells = build_cells(yx[of_a], yx[of_b], lattice)
    errors = cell_errors(cells, yx[of_a], alone[of_a], yx[of_b], alone[of_b])
    return cells, strain_of(cells, yx[of_a]), errors
