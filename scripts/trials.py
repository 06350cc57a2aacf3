"""Gather the rounds of a search into one table, with each trial's agreement with the reference."""

import pandas as pd

from ferrotune.files.rounds import read_labels, read_records
from ferrotune.files.stores import open_array, read_store
from ferrotune.reference.comparison import Comparison
from ferrotune.workflow.jobs import job


def main(proposals, rounds, image_store, sites_store, reference_store, output, trials, subject, log_path):
    """Write trials.tsv: a row for each of the first `trials` trials."""
    with job(log_path, subject) as log:
        records = read_records(proposals, rounds)[:trials]
        mask = open_array(image_store, "mask")[...]
        sites, attributes = read_store(sites_store, "yx", "site_raster")
        reference, _ = read_store(reference_store, "yx", "label")
        known = (reference["yx"], reference["label"], mask, attributes["cell_px"])
        comparison = Comparison(sites["yx"], sites["site_raster"], *known)
        labels = read_labels(rounds, [record["trial"] for record in records])
        # of several pipelines, each has parameters of its own: these are empty for the trials of the others
        parameters = list(dict.fromkeys(name for record in records for name in record["setting"]))
        rows = []
        for record, of_trial in zip(records, labels, strict=True):
            row = {"trial": record["trial"], "round": record["round"]}
            row |= {name: record["setting"].get(name) for name in parameters} | record["rewards"]
            row |= {"n_walls": record["n_walls"]}
            row |= {"status": record["status"] + (f": {record['reason']}" if record["reason"] else "")}
            row |= {"seconds": round(record["seconds"], 3)}
            row |= comparison.score(of_trial) if of_trial.max() >= 0 else {}
            rows.append(row)
        table = pd.DataFrame(rows)
        log.info("%d trials: %s", len(table), table["status"].str.partition(":")[0].value_counts().to_dict())
        table.to_csv(output, sep="\t", index=False, na_rep="nan", float_format="%.10g")


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
