"""Apply the setting selected on each image of a series to every other image."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from ferrotune.files.stage_arrays import read_cells
from ferrotune.files.stores import open_array, read_store
from ferrotune.reference.comparison import Comparison
from ferrotune.search.transfer import COLUMNS, applied, transfer_row
from ferrotune.workflow.jobs import job


@dataclass(frozen=True)
class Paths:
    """Paths of the stores of an image: mask, cells (or empty), reference, selected segmentation, descriptors."""

    image: str
    cells: str
    reference: str
    selected: str
    descriptors: list


def rows_of(name, paths, settings, entry, seed, rate):
    """Rows (list of dict) of one image: the selected trial of every image (dict of trial, parameters) applied to it."""
    cells, _ = read_cells(paths.cells, "yx", "polarization", "lattice")
    mask = open_array(paths.image, "mask")[...]
    sites, attributes = read_store(paths.descriptors[0], "yx", "site_raster")
    reference, _ = read_store(paths.reference, "yx", "label", "polarization")
    known = (reference["yx"], reference["label"], mask, attributes["cell_px"], reference["polarization"])
    comparison = Comparison(sites["yx"], sites["site_raster"], *known)
    own = read_store(paths.selected, "label")[0]["label"]
    chosen = {source: (of["trial"], of["parameters"]) for source, of in settings.items() if of["trial"] is not None}
    outcomes = applied(entry, paths.descriptors, cells, list(chosen.values()), seed, rate)
    found = dict(zip(chosen, outcomes, strict=True))
    return [transfer_row((source, name), found.get(source), comparison, own) for source in settings]


def main(images, output, pipeline, seed, rate, threads, subject, log_path):
    """Write transfer.tsv; `images` are the Paths of each image by its name."""
    with job(log_path, subject) as log:
        chosen = {name: read_store(paths.selected)[1] for name, paths in images.items()}
        settings = {name: {key: of[key] for key in ("trial", "parameters")} for name, of in chosen.items()}
        work = (settings, pipeline, seed, rate)
        found = Parallel(threads)(delayed(rows_of)(name, paths, *work) for name, paths in images.items())
        table = pd.DataFrame([row for rows in found for row in rows], columns=list(COLUMNS)).astype({"trial": "Int64"})
        table.to_csv(output, sep="\t", index=False, na_rep="nan", float_format="%.6g")
        others = table[table["from_image"] != table["to_image"]]
        log.info(
            "settings of other images agree with an image's own segmentation: ARI %.2f", others["ari_with_own"].mean()
        )


if __name__ == "__main__":
    names, inputs = snakemake.params.images, snakemake.input
    stores = np.reshape(inputs.descriptors, (-1, len(names))).T.tolist()  # Snakemake lists the images of each store
    cells = inputs.cells or [""] * len(names)
    each = zip(inputs.image, cells, inputs.reference, inputs.selected, stores, strict=True)
    main(
        images={name: Paths(*paths) for name, paths in zip(names, each, strict=True)},
        output=snakemake.output[0],
        pipeline=snakemake.params.pipeline,
        seed=snakemake.params.seed,
        rate=snakemake.params.rate,
        threads=snakemake.threads,
        subject=f"series {snakemake.params.series}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
