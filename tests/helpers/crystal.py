"""Columns of a perovskite crystal, displaced as wanted, for the tests."""

import numpy as np

from ferrotune.columns.lattice import Lattice
from ferrotune.columns.sublattices import A, B

LATTICE = Lattice(np.array([25.0, 2.0]), np.array([-1.0, 27.0]))
ROWS, COLUMNS = 14, 16


def crystal(displacement=lambda index: np.zeros(index.shape), rows=ROWS, columns=COLUMNS, lattice=LATTICE):
    """Columns (n, 2) px and sublattice (n,): A at the corners, B in the middles, displaced by its index."""
    index = np.argwhere(np.ones((rows, columns)))
    a, b = index @ lattice.vectors, (index + 0.5) @ lattice.vectors + displacement(index)
    return np.vstack([a, b]) + 60.0, np.repeat([A, B], len(index))
