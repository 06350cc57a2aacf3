"""Find the Pareto front of a search and its knee; judge the selected trial again, and store its segmentation."""

import numpy as np

from ferrotune.files.rounds import read_checkpoint
from ferrotune.files.stage_arrays import read_cells
from ferrotune.files.stores import read_store, write_store
from ferrotune.front import selection
from ferrotune.front.trial_table import read_table, write_table
from ferrotune.search.confirmation import confirmed, outcome_arrays
from ferrotune.workflow.jobs import job
from ferrotune.workflow.segmentation_record import record_of, write_record

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


def judge_again(trial, table, inputs, pipeline, seed, rate, yx):
    """Outcome of the selected trial on many null maps."""
    parameters = selection.parameters_of(table, trial)
    own, setting, store = selection.selected_pipeline(pipeline, parameters, inputs["descriptors"])
    cells, _ = read_cells(inputs["cells"], "yx", "polarization", "lattice")
    checkpoint = read_checkpoint(inputs["rounds"], trial)
    return confirmed(trial, own, setting, store, cells, yx, seed, rate, checkpoint)


def main(inputs, outputs, pipeline, objectives, rate, seed, choosing, conditions, subject, log_path):
    """Write front.tsv, selected.zarr and provenance.json; `inputs` and `outputs` are paths by the rule's names.

    `choosing` holds `select`, the trial that the config names or None, and `distance`, how near to the front trials
    confirm it; `conditions` are those of `ferrotune.workflow.conditions`.
    """
    with job(log_path, subject) as log:
        table = read_table(inputs["trials"])
        front = selection.front_of(table, objectives)
        write_table(front, outputs["front"])
        trial, by = selection.selected_trial(table, front, choosing["select"])
        sites, attributes = read_store(inputs["sites"], "yx", "site_raster")
        outcome = None if trial is None else judge_again(trial, table, inputs, pipeline, seed, rate, sites["yx"])
        arrays = selection.selected_arrays(outcome and outcome_arrays(outcome), sites)
        distance = choosing["distance"]
        near = selection.near_trials(table, objectives, trial, distance)
        rounds = [read_store(store)[0] for store in inputs["rounds"]]
        confidence, chance = selection.confidence_arrays(rounds, arrays, near, attributes["cell_px"])
        kept = selection.selected_attributes(
            table, (trial, by), outcome and outcome.verdict, arrays, sites, attributes, near, distance, chance
        )
        log.info("%d of %d trials on the front", len(front), len(table))
        log.info("%s: %s", kept["answer_words"], kept["reason"])
        if kept["caution"]:
            log.warning("%s: %s", kept["answer"], kept["caution"])
        if trial is not None:
            log_confidence(log, near, distance, confidence, chance)
        record = record_of(read_store(inputs["image"], "mask")[1], kept, arrays["label"][1], seed, conditions)
        write_record(record, outputs["provenance"])
        write_store(outputs["selected"], arrays | confidence, kept | {"provenance": record.same_everywhere})


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        pipeline=snakemake.params.pipeline,
        objectives=snakemake.params.objectives,
        rate=snakemake.params.rate,
        seed=snakemake.params.seed,
        choosing={"select": snakemake.params.select, "distance": snakemake.params.distance},
        conditions=snakemake.params.conditions,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
