"""Number and spacing of columns, held against what the lattice predicts: missing, false and displaced columns."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.columns.expected_sites import inside
from ferrotune.columns.motif import NEARLY

# A neighbour that is nearer or further than the lattice has it by more than this share is out of place. Ours. Second
# neighbours of a perovskite are further by 0.41; a displacement of B by a seventh of a cell makes 0.2, and whole pixels
# add up to 0.1 at 10 px a cell. Chosen on drawn films (10 and 26 px a cell, displacements up to 60 pm): less than 0.5 %
# of the true columns, in whole pixels, are above it (at 0.25, 7 %), and nine of ten neighbours of a missing column.
# Judged on a real film (published columns of a PbTiO3 junction, 10 px a cell): 1.9 % (at 0.25, 5.7 %).
OUT_OF_PLACE = 0.3
_AROUND = np.column_stack([np.sin(np.arange(8) * np.pi / 4), np.cos(np.arange(8) * np.pi / 4)])


@dataclass(frozen=True)
class Spacing:
    """Distances to the nearest neighbours in a lattice, over all places of its motif.

    nearest, furthest : float, px, the least and the largest distance from a column to its nearest neighbours
    count : int, number of nearest neighbours that each column has at least
    """

    nearest: float
    furthest: float
    count: int

    @classmethod
    def of(cls, lattice):
        """Of a ferrotune.columns.phase.Lattice."""
        places, around = np.array(lattice.motif.places), np.array(list(np.ndindex(5, 5))) - 2
        nearest, count = [], []
        for one in places:
            steps = (places[:, None] - one + around).reshape(-1, 2) @ lattice.vectors
            length = np.hypot(*steps.T)
            length = length[length > 1e-9]
            nearest.append(length.min())
            count.append(int((length <= NEARLY * length.min()).sum()))
        return cls(float(min(nearest)), float(max(nearest)), min(count))


def expected_count(mask, lattice):
    """Number (float) of columns that the lattice predicts for the area of a mask (y, x) bool.

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.columns.phase import Lattice
    >>> lattice = Lattice(np.array([10.0, 0.0]), np.array([0.0, 10.0]))  # A and B in each cell
    >>> round(expected_count(np.ones((100, 200), bool), lattice))
    400
    """
    return float(mask.sum() / lattice.cell_px**2 * len(lattice.motif.places))


def spacing_errors(yx, mask, lattice):
    """How far the neighbours of each column are from where the lattice has them.

    Parameters
    ----------
    yx : (n, 2) px
    mask : (y, x) bool, true where there is signal
    lattice : ferrotune.columns.phase.Lattice

    Returns
    -------
    (n,) float
        The larger of two shares: by how much the nearest neighbour is too near, and by how much one of the neighbours
        that the lattice gives to a column is too far; 0 where none is, at most 1. A false column is too near to others,
        and a missing one is too far from all its neighbours. At the border of the mask, where neighbours may lie
        outside, only the first counts. Above OUT_OF_PLACE a column is out of place.

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.columns.phase import Lattice
    >>> lattice = Lattice(np.array([10.0, 0.0]), np.array([0.0, 10.0]))
    >>> corners = 10.0 * np.argwhere(np.ones((12, 12)))
    >>> yx = np.vstack([corners, corners + 5])
    >>> print(spacing_errors(yx, np.ones((116, 116), bool), lattice).max().round(6))
    0.0
    >>> missing = ~(yx == [55, 55]).all(axis=1)
    >>> wrong = spacing_errors(yx[missing], np.ones((116, 116), bool), lattice) > OUT_OF_PLACE
    >>> print(wrong.sum())  # its four neighbours
    4
    """
    yx, spacing = np.asarray(yx, float), Spacing.of(lattice)
    if not len(yx):
        return np.zeros(0)
    distance, _ = cKDTree(yx).query(yx, k=spacing.count + 1)
    near = 1 - distance[:, 1] / spacing.nearest
    far = distance[:, -1] / spacing.furthest - 1
    reach = (1 + OUT_OF_PLACE) * spacing.furthest
    whole = inside(mask, (yx[:, None] + reach * _AROUND).reshape(-1, 2)).reshape(len(yx), -1).all(axis=1)
    return np.clip(np.maximum(near, np.where(whole, far, 0)), 0, 1)
