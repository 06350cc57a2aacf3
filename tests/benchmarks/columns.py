"""columns_found: the finder log_rewards beside lattice and blob_log on clean, noisy and partly disordered images.

Found: share of the true columns with a found one within a quarter of a cell; false: share of the found ones without a
true one there; both half a cell or more inside. RMS: error along one axis of the columns that are found. CPU seconds.
In damaged regions columns are scattered by 1.5 px about the places that count as true. Of the real junction the true
columns are the published ones of Ti and those of Pb that the finder lattice finds, where ../shared/data is there.
"""

import time
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from threadpoolctl import threadpool_limits

from benchmarks.rows import Row
from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.sublattices import A
from ferrotune.files.images import read_image
from ferrotune.files.masks import exclusion_mask
from ferrotune.images.normalisation import prepare
from ferrotune.search.column_search import search_columns
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen
from helpers.simulated import TEN_PX

NAME = "columns_found"
DATA = Path(__file__).parents[3] / "shared" / "data"
WHOLE = {"shape": (1024, 1060)}  # px: 3,200 columns
FILMS = {
    "clean": WHOLE | {"dose": 400.0},
    "noisy": WHOLE | {"dose": 12.0},
    "damaged": WHOLE | {"dose": 150.0, "damage_share": 0.3},
    "holes": WHOLE | {"dose": 150.0, "damage_share": 0.1, "holes": 3, "ragged_cells": 5.0},
    "10 px a cell": TEN_PX | {"shape": (500, 520), "dose": 60.0},
    "10 px a cell, noisy": TEN_PX | {"shape": (500, 520), "dose": 15.0},
}
REACH = 0.25  # cells
FIGURES = {"found": "share", "false": "share", "RMS": "px", "CPU": "s"}


def _timed(finder, image, mask, lattice):
    """Positions (n, 2) px, and CPU seconds."""
    start = time.process_time()
    if finder == "log_rewards":
        yx = search_columns(image, mask, lattice).yx
    else:
        yx = find_columns(image, mask, lattice, finder).fit.yx
    return yx, time.process_time() - start


def _compared(yx, truth, shape, cell_px):
    """Share found, share false, RMS error (px, one axis)."""
    margin = 0.5 * cell_px

    def inner(of):
        return of[((of > margin) & (of < np.array(shape) - 1 - margin)).all(axis=1)]

    distance, _ = cKDTree(yx).query(inner(truth))
    found = distance < REACH * cell_px
    false = cKDTree(truth).query(inner(yx))[0] > REACH * cell_px
    return float(found.mean()), float(false.mean()), float(np.sqrt((distance[found] ** 2).mean() / 2))


def _films():
    """Name, image, mask, and true columns (n, 2) px or None of each film; of the junction the Ti columns alone."""
    for name, settings in FILMS.items():
        made = simulate(Specimen(**settings), 7)
        yield name, *prepare(made.image, np.ones(made.image.shape, bool)), made.columns_yx
    if DATA.is_dir():
        data, _ = read_image(DATA / "pto_junction.tif")
        published = np.loadtxt(DATA / "pto_junction_columns.csv", delimiter=",", skiprows=1)
        yield "junction", *prepare(data, exclusion_mask("box 775 30 825 255", data.shape)), published


def _rows(name, image, mask, truth):
    lattice = find_lattice(image, mask)
    of = {finder: _timed(finder, image, mask, lattice) for finder in ("lattice", "blob_log", "log_rewards")}
    if name == "junction":
        truth = np.vstack([truth, find_columns(image, mask, lattice).of(A)])
    values = {}
    for finder, (yx, seconds) in of.items():
        values[finder] = dict(zip(FIGURES, (*_compared(yx, truth, image.shape, lattice.cell_px), seconds), strict=True))
    own, rows = values.pop("log_rewards"), []
    for figure, unit in FIGURES.items():
        for peer, its in values.items():
            ratio = own[figure] / its[figure] if its[figure] else np.nan
            rows.append(Row(f"{NAME}[{name}, {figure}]", own[figure], unit, peer, its[figure], ratio))
    return rows


def measure():
    """Rows of log_rewards for each film and figure, against lattice and against blob_log."""
    with threadpool_limits(1):
        films = list(_films())
        find_columns(films[0][1][:300, :300], films[0][2][:300, :300], find_lattice(*films[0][1:3]))  # compiles
        return [row for film in films for row in _rows(*film)]
