"""Find the Pareto front of a search and its knee, and store the selected segmentation."""

import numpy as np

from ferrotune.files.stores import read_store, write_store
from ferrotune.front.selection import (
    answer_of,
    confidence_arrays,
    front_of,
    near_trials,
    selected_arrays,
    selected_attributes,
    selected_trial,
)
from ferrotune.front.trial_table import read_table, write_table
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
        table = read_table(inputs["trials"])
        front = front_of(table, objectives, guarded)
        write_table(front, outputs["front"])
        trial = selected_trial(table, front, select)
        log.info("%d of %d trials on the front; selected: %s", len(front), len(table), answer_of(trial))
        sites, attributes = read_store(inputs["sites"], "yx", "site_raster")
        rounds = [read_store(store)[0] for store in inputs["rounds"]]
        arrays = selected_arrays(rounds, sites, trial)
        near = near_trials(table, objectives, guarded, trial, distance)
        confidence, chance = confidence_arrays(rounds, arrays, near, attributes["cell_px"])
        if trial is not None:
            log_confidence(log, near, distance, confidence, chance)
        kept = selected_attributes(table, trial, select, sites, attributes, near, distance, chance)
        write_store(outputs["selected"], arrays | confidence, kept)


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
