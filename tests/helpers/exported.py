"""A small film with two walls, as its stores hold it, for tests of exports."""

import numpy as np

from helpers.painted_film import CELL, PIXEL, PaintedFilm

ATTRIBUTES = {"cell_px": CELL, "pixel_size_pm": PIXEL, "sites_per_cell": 1}


def film():
    """A painted film: a stripe of another variant."""
    return PaintedFilm(lambda y, x: int(12 <= x < 28), [(1, 1), (1, -1)])


def columns_of(painted):
    """Arrays of columns.zarr: A at the sites, B in the cells."""
    a, b = painted.sites.yx, painted.cells.yx * CELL + painted.cells.polarization
    yx, count = np.concatenate([a, b]), len(a) + len(b)
    return {
        "yx": yx,
        "sigma_yx": np.full((count, 2), 0.1),
        "sublattice": np.repeat([0, 1], [len(a), len(b)]).astype(np.int8),
        "amplitude": np.ones(count),
        "width": np.full(count, 4.0),
        "background": np.zeros(count),
        "significance": np.full(count, 50.0),
    }


def cells_of(painted):
    """Arrays of cells.zarr."""
    count = len(painted.cells)
    cells = {"yx": painted.cells.yx * CELL, "polarization": painted.cells.polarization}
    cells |= {"polarization_sigma": painted.cells.sigma, "ab": np.floor(painted.cells.yx).astype(int)}
    for name, value in {"a": CELL, "b": 1.02 * CELL, "alpha": 90.0, "rotation": 0.5, "b_over_a": 1.02}.items():
        cells |= {name: np.full(count, value), f"{name}_sigma": np.full(count, 0.01)}
    return cells | {"volume": np.full(count, 1.02 * CELL**2), "strain": np.zeros((count, 3))}


def selected_of(painted):
    """Arrays of selected.zarr."""
    known = {"yx": painted.sites.yx, "label": painted.labels, "confidence": np.ones(len(painted.labels))}
    return painted.selected | known
