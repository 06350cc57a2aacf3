"""Judge after a round whether the front of a search stands still, so that no further round is needed."""

import json

from ferrotune.files.rounds import read_records
from ferrotune.search.proposals import losses_of
from ferrotune.search.standstill import standstill
from ferrotune.workflow.jobs import job


def main(proposals, rounds, output, objectives, startup, subject, log_path):
    """Write what the rounds so far say of the trials to come; `ended` is true where the search ends."""
    with job(log_path, subject) as log:
        found = standstill(losses_of(read_records(proposals, rounds), objectives), startup)
        log.info("%s", found.words)
        with open(output, "w") as file:
            json.dump(found.as_json(), file, indent=1)


if __name__ == "__main__":
    main(
        proposals=snakemake.input.proposals,
        rounds=snakemake.input.rounds,
        output=snakemake.output[0],
        objectives=snakemake.params.objectives,
        startup=snakemake.params.startup,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
