"""Sites and a selected segmentation, for tests of figures."""

import numpy as np

CELL = 10.0  # px


def lattice(rows=12, columns=14):
    """Positions (site, 2) px of a square lattice, row by row."""
    y, x = np.mgrid[0.5:rows, 0.5:columns]
    return CELL * np.column_stack([y.ravel(), x.ravel()])


def selected_of(shares):
    """Labels (site,) of two domains, and the arrays of selected.zarr, of two walls that `shares` of the trials have."""
    points, wall = np.concatenate([[[1.0, x], [6.0, x], [11.0, x]] for x in (4, 9)]), np.repeat([0, 1], 3)
    labels = (lattice()[:, 1] > 60).astype(int)
    confidence = np.where(labels, shares[1], shares[0])
    selected = {"path_points": points, "point_wall": wall, "path_confidence": np.repeat(shares, 3)}
    return labels, selected | {"confidence": confidence, "wall_confidence": np.array(shares)}
