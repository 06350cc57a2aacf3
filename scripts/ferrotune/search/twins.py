"""The selected setting on films of known truth that are like the image: its twin, and one without walls."""

import logging
import tempfile
from pathlib import Path

import numpy as np

from ferrotune.files.stage_arrays import read_cells
from ferrotune.files.stores import read_store
from ferrotune.reference.comparison import Comparison
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.search.outcomes import Judging
from ferrotune.sites.sites import ARRAYS, Sites

SCORES = ("twin_ari", "twin_wall_f1", "null_walls")


def _evaluated(stores, pipeline, setting, trial, seed, rate, options, threads):
    """Outcome of one setting on a film, by its stores (dict of paths), with its sites."""
    space = {name: (value,) for name, value in setting.items()}
    part = pipeline.part("descriptor")
    needed = {name: stores[name] for name in part.NEEDS}
    uses = [{"reduction": pipeline.reduction, "space": space}]
    with tempfile.TemporaryDirectory(prefix="ferrotune-") as folder:
        output = Path(folder, f"{pipeline.descriptor}.zarr")
        part.write(output, needed, uses, options, threads, logging.getLogger("ferrotune.twins"))
        arrays, attributes = read_store(output, *ARRAYS)
        cells, _ = read_cells(stores["cells"], "yx", "polarization", "lattice")
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


def try_on_twins(films, selected, pipeline, setting, trial, seed, rate, options, threads=1):
    """Run the selected setting on the twin of an image, and on a film without walls.

    Parameters
    ----------
    films : dict of dict of paths
        The stores image, columns, cells of twin and null, see `ferrotune.search.films`.
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
        null_walls: walls that stand on the null film.
    """
    how = (pipeline, setting, trial, seed, rate, options, threads)
    twin, sites = _evaluated(films["twin"], *how)
    on_null, _ = _evaluated(films["null"], *how)
    mask = read_store(films["twin"]["image"], "mask")[0]["mask"]
    known = (selected["yx"], selected["label"], mask, sites.cell_px)
    agreement = Comparison(sites.yx, sites.raster, *known).score(twin.labels)
    standing = float(np.count_nonzero(on_null.wall_verdicts.stands))
    return {"twin_ari": agreement["ari"], "twin_wall_f1": agreement["wall_f1"], "null_walls": standing}
