"""Gather the rounds of a search into one table, with each trial's agreement with the reference."""

import numpy as np
import pandas as pd

from ferrotune.agreement import agreement
from ferrotune.jobs import job
from ferrotune.raster import SAMPLES_PER_CELL, label_raster, site_raster, wall_map
from ferrotune.records import read_records
from ferrotune.stores import open_array, read_store


def compare(labels, yx, site_map, reference, reference_map, cell_px):
    """Agreement (dict) of labels (site,) with the reference, over the raster that both cover.

    A reference of one variant scores nothing: every segmentation would agree with it by zero.
    """
    if len(np.unique(reference["label"][reference["label"] >= 0])) < 2:
        return dict.fromkeys(("ari", "nmi", "correlation", "wall_precision", "wall_recall", "wall_f1"), np.nan)
    raster = label_raster(site_map, labels)
    truth = np.where(raster < 0, -1, label_raster(reference_map, reference["label"]))
    raster = np.where(truth < 0, -1, raster)
    return agreement(
        labels, yx, reference["label"], reference["yx"], cell_px, wall_map(raster), wall_map(truth), SAMPLES_PER_CELL
    )


def main(proposals, rounds, image_store, patches_store, reference_store, output, trials, subject, log_path):
    """Write trials.tsv: the first `trials` trials, a row each."""
    with job(log_path, subject) as log:
        records = read_records(proposals, rounds)[:trials]
        mask = open_array(image_store, "mask")[...]
        sites, attributes = read_store(patches_store, "yx")
        cell_px = attributes["cell_px"]
        reference, _ = read_store(reference_store, "yx", "label")
        maps = [site_raster(yx, mask, cell_px, SAMPLES_PER_CELL) for yx in (sites["yx"], reference["yx"])]
        labels = np.concatenate([open_array(store, "labels")[...] for store in rounds])
        rows = []
        for record, of_trial in zip(records, labels, strict=False):
            row = {"trial": record["trial"], "round": record["round"], **record["setting"], **record["rewards"]}
            row |= {"status": record["status"] + (f": {record['reason']}" if record["reason"] else "")}
            row |= {"seconds": round(record["seconds"], 3)}
            row |= compare(of_trial, sites["yx"], maps[0], reference, maps[1], cell_px) if of_trial.max() >= 0 else {}
            rows.append(row)
        table = pd.DataFrame(rows)
        log.info("%d trials: %s", len(table), table["status"].str.partition(":")[0].value_counts().to_dict())
        table.to_csv(output, sep="\t", index=False, na_rep="nan", float_format="%.10g")


if __name__ == "__main__":
    main(
        proposals=snakemake.input.proposals,
        rounds=snakemake.input.rounds,
        image_store=snakemake.input.image,
        patches_store=snakemake.input.patches,
        reference_store=snakemake.input.reference,
        output=snakemake.output[0],
        trials=snakemake.params.trials,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
