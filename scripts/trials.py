"""Gather the rounds of a search into one table, with each trial's agreement with the reference."""

from ferrotune.files.rounds import read_labels, read_records
from ferrotune.files.stores import open_array, read_store
from ferrotune.front.trial_table import trial_table, write_table
from ferrotune.reference.comparison import Comparison
from ferrotune.workflow.jobs import job


def main(proposals, rounds, image_store, sites_store, reference_store, output, trials, subject, log_path):
    """Write trials.tsv: a row for each of the first `trials` trials."""
    with job(log_path, subject) as log:
        records = read_records(proposals, rounds)[:trials]
        mask = open_array(image_store, "mask")[...]
        sites, attributes = read_store(sites_store, "yx", "site_raster")
        reference, _ = read_store(reference_store, "yx", "label", "polarization")
        known = (reference["yx"], reference["label"], mask, attributes["cell_px"], reference["polarization"])
        comparison = Comparison(sites["yx"], sites["site_raster"], *known)
        labels = read_labels(rounds, [record["trial"] for record in records])
        table = trial_table(records, labels, comparison)
        log.info("%d trials: %s", len(table), table["status"].str.partition(":")[0].value_counts().to_dict())
        write_table(table, output)


if __name__ == "__main__":
    main(
        proposals=snakemake.input.proposals,
        rounds=snakemake.input.rounds,
        image_store=snakemake.input.image,
        sites_store=snakemake.input.sites,
        reference_store=snakemake.input.reference,
        output=snakemake.output[0],
        trials=snakemake.params.trials,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
