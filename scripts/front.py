"""Find the Pareto front of a search and its knee, and store the selected segmentation."""

import numpy as np
import pandas as pd

from ferrotune.files.stores import read_store, write_store
from ferrotune.front.selection import (
    answer_of,
    chosen_by,
    confidence_arrays,
    front_of,
    near_trials,
    parameters_of,
    selected_arrays,
    selected_trial,
)
from ferrotune.sites.raster import SAMPLES_PER_CELL, raster_area
from ferrotune.workflow.jobs import job

MEANS = ("confidence", "path_confidence")


def log_confidence(log, near, distance, arrays, chance):
    """Log the confidence in the selected trial, and how many trials it is compared with."""
    if not near:
        log.info("no other trial lies within %g of the front: nothing to compare with, confidence is NaN", distance)
        return
    log.info("%d other trials within %g of the front", len(near), distance)
    for name, by_chance in zip(MEANS, chance.values(), strict=True):
        known = arrays[name][1][np.isfinite(arrays[name][1])]
        if len(known):
            log.info("%s: %.3f in the mean (%.3f by chance)", name, known.mean(), by_chance)


def main(inputs, outputs, objectives, guarded, select, distance, subject, log_path):
    """Write front.tsv and selected.zarr; `inputs` and `outputs` are paths by the rule's names."""
    with job(log_path, subject) as log:
        table = pd.read_csv(inputs["trials"], sep="\t")
        front = front_of(table, objectives, guarded)
        front.to_csv(outputs["front"], sep="\t", index=False, na_rep="nan", float_format="%.10g")
        trial = selected_trial(table, front, select)
        log.info("%d of %d trials on the front; selected: %s", len(front), len(table), answer_of(trial))
        sites, attributes = read_store(inputs["sites"], "yx", "site_raster")
        rounds = [read_store(store)[0] for store in inputs["rounds"]]
        arrays = selected_arrays(rounds, sites, trial)
        near = near_trials(table, objectives, guarded, trial, distance)
        confidence, chance = confidence_arrays(rounds, arrays, near, attributes["cell_px"])
        if trial is not None:
            log_confidence(log, near, distance, confidence, chance)
        write_store(
            outputs["selected"],
            arrays | confidence,
            {
                "answer": answer_of(trial),
                "trial": trial,
                "chosen_by": chosen_by(trial, select),
                "parameters": parameters_of(table, trial),
                "cell_px": attributes["cell_px"],
                "sites_per_cell": attributes["sites_per_cell"],
                "area_cells": raster_area(sites["site_raster"], SAMPLES_PER_CELL),
                "pixel_size_pm": attributes["pixel_size_pm"],
                "samples_per_cell": SAMPLES_PER_CELL,
                "near_trials": len(near),
                "near_distance": distance,
                **chance,
                "units": "yx: px; segments, path_points: unit cells from the image's first pixel, (y, x)",
            },
        )


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        objectives=snakemake.params.objectives,
        guarded=snakemake.params.guarded,
        select=snakemake.params.select,
        distance=snakemake.params.distance,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
