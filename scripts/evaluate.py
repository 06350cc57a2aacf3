"""Evaluate a round of trials: labels, walls, rewards and status of each."""

import json
from functools import partial

from ferrotune.files.rounds import finished_trials, read_records, round_arrays, write_checkpoints
from ferrotune.files.stage_arrays import read_cells
from ferrotune.files.stores import write_store
from ferrotune.rewards import without_grounds
from ferrotune.search.early_stopping import EarlierFront
from ferrotune.search.grouping import evaluate_round, grounds
from ferrotune.search.outcomes import Judging
from ferrotune.workflow.jobs import epochs_logged, job


def main(inputs, output, pipeline, rewards, rate, seed, threads, subject, log_path, keep_up=None):
    """Write a round's store.

    `inputs` are paths by name: proposals, cells (empty of a grid of spectra), and, as lists, the stores of the
    descriptors in use: descriptors and, of the two half-dose images where a reward needs these, halves;
    earlier_proposals and earlier, of the rounds before this one. `keep_up` are the objectives (dict) in which a trial
    that is trained must not fall behind the front of the earlier rounds; without any, none is given up.
    """
    with job(log_path, subject) as log:
        with open(inputs["proposals"]) as file:
            trials = [(t["trial"], t["setting"]) for t in json.load(file)["trials"]]
        cells, _ = read_cells(inputs["cells"], "yx", "polarization", "lattice")
        of_image = bool(inputs["cells"])  # else of a grid of spectra
        known = grounds(cells["polarization"], len(inputs["halves"]) > 0, of_image, not of_image)
        for name, missing in without_grounds(rewards, known).items():
            log.info("%s has no value: there is no %s", name, " nor ".join(missing))
        before = inputs["earlier_proposals"], inputs["earlier"]
        finished = finished_trials(*before)
        how = Judging(rate, earlier=EarlierFront.of(read_records(*before), keep_up) if keep_up else None)
        stores, progress, outcomes = [*inputs["descriptors"], *inputs["halves"]], partial(epochs_logged, log_path), []
        for outcome in evaluate_round(trials, pipeline, stores, cells, rewards, seed, threads, progress, finished, how):
            outcomes.append(outcome)
            line = "trial %d (%d of %d): %s %s in %.2f s"
            counted = (outcome.trial, len(outcomes), len(trials))
            log.info(line, *counted, outcome.status, outcome.reason, outcome.seconds)
        write_store(output, *round_arrays(outcomes))
        write_checkpoints(output, outcomes)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        output=snakemake.output[0],
        pipeline=snakemake.params.pipeline,
        rewards=snakemake.params.rewards,
        rate=snakemake.params.rate,
        seed=snakemake.params.seed,
        threads=snakemake.threads,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
        keep_up=snakemake.params.keep_up,
    )
