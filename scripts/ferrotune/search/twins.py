"""The selected setting on films of known truth that are like the image: its twin, and null films."""

import logging
import tempfile
from pathlib import Path

import numpy as np

from ferrotune.cells.median_polarization import median_polarization
from ferrotune.cells.strain import measure_cells
from ferrotune.columns.finding import find_columns
from ferrotune.columns.row_shifts import ScanNoise
from ferrotune.files.stage_arrays import cells_arrays, columns_arrays
from ferrotune.files.stores import read_store, write_store
from ferrotune.judge.surrogates import surrogate
from ferrotune.reference.comparison import Comparison
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.search.outcomes import Judging
from ferrotune.simulation.twin import MeasuredFilm
from ferrotune.sites.site_grid import SiteGrid
from ferrotune.sites.sites import ARRAYS, Sites

SMOOTHING = 3  # cells; side of the squares whose median is drawn: the noise of the columns is not drawn twice
SCORES = ("twin_ari", "twin_wall_f1", "null_walls")


def _stages(folder, image, mask, lattice, scale, threads):
    """Stores of the image, its columns and its unit cells, in a folder: dict of paths by name."""
    stores = {name: folder / f"{name}.zarr" for name in ("image", "columns", "cells")}
    write_store(stores["image"], {"image": (("y", "x"), image), "mask": (("y", "x"), mask)}, scale)
    found = find_columns(image, mask, lattice, threads=threads)
    scan = ScanNoise.unknown(len(image))  # its positions are those of straight rows
    write_store(stores["columns"], *columns_arrays(found, lattice, scale["pixel_size_pm"], "lattice", scan))
    cells = measure_cells(found.fit.yx, found.fit.sigma_yx, found.sublattice, lattice, scan.left)
    write_store(stores["cells"], *cells_arrays(cells, lattice, None))
    return stores


def _evaluated(folder, stores, pipeline, setting, trial, seed, rate, options, threads):
    """Outcome of one setting on a film, with its sites."""
    space = {name: (value,) for name, value in setting.items()}
    part, output = pipeline.part("descriptor"), folder / "descriptors" / f"{pipeline.descriptor}.zarr"
    needed = {name: stores[name] for name in part.NEEDS}
    uses = [{"reduction": pipeline.reduction, "space": space}]
    part.write(output, needed, uses, options, threads, logging.getLogger("ferrotune.twins"))
    arrays, attributes = read_store(output, *ARRAYS)
    cells, _ = read_store(stores["cells"], "yx", "polarization", "lattice")
    sites = Sites.from_arrays(arrays, attributes["cell_px"]).with_cells(cells)
    (outcome,) = evaluate_batch(
        [(trial, setting)],
        pipeline,
        part.open(output, setting),
        sites,
        seed,
        (),
        judging=Judging.of(sites, rate, seed, thorough=rate is not None),
    )
    return outcome, sites


def try_on_twins(measured, selected, pipeline, setting, trial, seed, rate, options, threads=1):
    """Run the selected setting on the twin of an image, and on a null film.

    Parameters
    ----------
    measured : dict
        image, mask (y, x); columns: dict with yx, amplitude, width, sublattice, cell_px; cells: dict with yx,
        polarization (cell, 2), ab (cell, 2), lattice (2, 2); lattice, a ferrotune.columns.phase.Lattice; pixel_size_pm.
    selected : dict with yx (site, 2) px and label (site,)
        The truth of the twin.
    pipeline, setting, trial : of the selected trial
    seed, rate : as in the search
    options : dict with `sites` and `subpixel`, as descriptors take them
    threads : int

    Returns
    -------
    dict
        twin_ari, twin_wall_f1: agreement of the twin's labels and walls with those that it was made with;
        null_walls: walls that stand on the null film. NaN where no polarization was measured.
    """
    cells, mask = measured["cells"], measured["mask"]
    known = np.isfinite(cells["polarization"]).all(axis=1)
    if not known.any():
        return dict.fromkeys(SCORES, float("nan"))
    truth = median_polarization(cells["polarization"], cells["ab"], SMOOTHING)
    grid = SiteGrid.of(cells["yx"], cells["lattice"], measured["columns"]["cell_px"])
    filled = np.where(np.isfinite(truth), truth, np.nanmean(truth, axis=0))
    null = surrogate(grid, filled, np.random.default_rng([seed, trial]))
    lattice, scale = measured["lattice"], {"pixel_size_pm": measured["pixel_size_pm"]}
    film, outcomes = MeasuredFilm.of(measured["image"], mask, measured["columns"], cells), []
    for polarization in (truth, null):
        with tempfile.TemporaryDirectory(prefix="ferrotune-") as name:
            stores = _stages(Path(name), film.like(polarization, seed + 1), mask, lattice, scale, threads)
            how = (pipeline, setting, trial, seed, rate, options, threads)
            outcomes.append(_evaluated(Path(name), stores, *how))
    (twin, sites), (on_null, _) = outcomes
    known = (selected["yx"], selected["label"], mask, measured["columns"]["cell_px"])
    agreement = Comparison(sites.yx, sites.raster, *known).score(twin.labels)
    standing = float(np.count_nonzero(on_null.wall_verdicts.stands))
    return {"twin_ari": agreement["ari"], "twin_wall_f1": agreement["wall_f1"], "null_walls": standing}
