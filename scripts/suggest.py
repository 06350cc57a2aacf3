"""Propose the settings of one round of trials."""

import json

from ferrotune.files.rounds import read_records
from ferrotune.pipelines.pipeline import space_of
from ferrotune.search.proposals import exhaustive, suggest
from ferrotune.workflow.jobs import job


def main(proposals, rounds, output, round_number, pipeline, objectives, search, subject, log_path):
    """Write a round's JSON from the records of the rounds before it."""
    with job(log_path, subject) as log:
        space = space_of(pipeline)
        first, batch = round_number * search["batch"], search["batch"]
        if search["mode"] == "exhaustive":
            chosen = exhaustive(space, first, batch)
        else:
            records = read_records(proposals, rounds)
            chosen = suggest(space, records, objectives, batch, round_number, search["seed"], search["startup"])
        trials = [{"trial": first + i, "setting": setting} for i, setting in enumerate(chosen)]
        for trial in trials:
            log.info("trial %d: %s", trial["trial"], trial["setting"])
        with open(output, "w") as file:
            json.dump({"round": round_number, "trials": trials}, file, indent=1)


if __name__ == "__main__":
    main(
        proposals=snakemake.input.proposals,
        rounds=snakemake.input.rounds,
        output=snakemake.output[0],
        round_number=int(snakemake.wildcards.round),
        pipeline=snakemake.params.pipeline,
        objectives=snakemake.params.objectives,
        search=snakemake.params.search,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
