"""Draw the figures of a search: its front, the selected walls, the confidence in them, and the convergence."""

import numpy as np
import pandas as pd

from ferrotune.cells.polarization_variants import peer_labels
from ferrotune.figures.search_figures import (
    Search,
    confidence_of_search,
    convergence_of_search,
    front_of_search,
    walls_of_search,
)
from ferrotune.figures.style import save
from ferrotune.files.rounds import read_labels
from ferrotune.files.stage_arrays import read_cells
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job

FIGURES = ("front", "walls", "confidence", "convergence")


def main(inputs, outputs, objectives, startup, subject, log_path):
    """Write the figures.

    `inputs` are paths by name: trials, front, selected, rounds (a list), image, cells, reference; `outputs` are
    lists of paths by the name of the figure (front, walls, confidence, convergence), in the format of their suffix.
    """
    with job(log_path, subject) as log:
        tables = [pd.read_csv(inputs[name], sep="\t") for name in ("trials", "front")]
        labels = read_labels(inputs["rounds"], tables[0]["trial"])
        search = Search(*tables, labels, *read_store(inputs["selected"]), objectives)
        pixels, _ = read_store(inputs["image"], "image", "mask")
        reference, of_reference = read_store(inputs["reference"], "yx", "label")
        cells, _ = read_cells(inputs["cells"], "yx", "polarization", "ab")
        known = np.isfinite(cells["polarization"]).all(axis=1).any()
        peer = (cells["yx"], peer_labels(cells["polarization"], cells["ab"])) if known else None
        log.info("selected: %s", search.chosen["answer_words"])
        figures = {
            "front": front_of_search(search, reference, of_reference["kind"], pixels["mask"], peer),
            "walls": walls_of_search(search, pixels["image"], pixels["mask"]),
            "confidence": confidence_of_search(search, reference, pixels["image"], pixels["mask"]),
            "convergence": convergence_of_search(search, startup),
        }
        for name, paths in outputs.items():
            save(figures[name], paths)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs={name: [snakemake.output[name], snakemake.output[f"{name}_pdf"]] for name in FIGURES},
        objectives=snakemake.params.objectives,
        startup=snakemake.params.startup,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
