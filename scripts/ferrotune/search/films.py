"""Films of known truth that are like an image: its twin, and one without walls. All pipelines are tried on them."""

import numpy as np

from ferrotune.cells.median_polarization import median_polarization
from ferrotune.cells.strain import measure_cells
from ferrotune.columns.finding import find_columns
from ferrotune.columns.row_shifts import ScanNoise
from ferrotune.files.stage_arrays import cells_arrays, columns_arrays
from ferrotune.judge.surrogates import surrogate
from ferrotune.simulation.twin import MeasuredFilm
from ferrotune.sites.site_grid import SiteGrid

SMOOTHING = 3  # cells; side of the squares whose median is drawn: the noise of the columns is not drawn twice


def _polarizations(columns, cells, seed):
    """Polarization (cell, 2) px of the twin, and of the film without walls; NaN where it is unknown."""
    if not np.isfinite(cells["polarization"]).any():
        return cells["polarization"], cells["polarization"]
    truth = median_polarization(cells["polarization"], cells["ab"], SMOOTHING)
    grid = SiteGrid.of(cells["yx"], cells["lattice"], columns["cell_px"])
    filled = np.where(np.isfinite(truth), truth, np.nanmean(truth, axis=0))
    return truth, surrogate(grid, filled, np.random.default_rng(seed))


def films_like(measured, seed):
    """Render the films.

    Parameters
    ----------
    measured : dict
        image, mask (y, x); columns: dict with yx, amplitude, width, sublattice, cell_px; cells: dict with yx,
        polarization (cell, 2), ab (cell, 2), lattice (2, 2).
    seed : int

    Returns
    -------
    dict of (y, x) float32
        twin: with the smoothed measured polarization. null: with one of the same spectrum, but random phases.
    """
    columns, cells = measured["columns"], measured["cells"]
    film = MeasuredFilm.of(measured["image"], measured["mask"], columns, cells)
    drawn = _polarizations(columns, cells, seed)
    # rounded far below the noise: two thirds of the bytes in the store
    return {
        name: film.like(polarization, seed + 1).astype(np.float16).astype(np.float32)
        for name, polarization in zip(("twin", "null"), drawn, strict=True)
    }


def film_stages(image, mask, lattice, pixel_size_pm, threads=1):
    """Find columns and unit cells of a film, as in a measured image.

    Parameters
    ----------
    image, mask : (y, x)
    lattice : ferrotune.columns.phase.Lattice
    pixel_size_pm : float or None
    threads : int

    Returns
    -------
    dict of (arrays, attributes) of image, columns and cells, as `ferrotune.files.stores.write_store` takes them
    """
    pixels = {"image": (("y", "x"), image), "mask": (("y", "x"), mask)}
    found = find_columns(image, mask, lattice, threads=threads)
    scan = ScanNoise.unknown(len(image))  # its positions are those of straight rows
    cells = measure_cells(found.fit.yx, found.fit.sigma_yx, found.sublattice, lattice, scan.left)
    return {
        "image": (pixels, {"pixel_size_pm": pixel_size_pm}),
        "columns": columns_arrays(found, lattice, pixel_size_pm, "lattice", scan),
        "cells": cells_arrays(cells, lattice, None),
    }
