"""Table of a hyperparameter map: how well the labels of each setting agree with each cluster of the polarization."""

import numpy as np
import pandas as pd

from ferrotune.cells.polarization_variants import clusters_at
from ferrotune.files.rounds import read_labels
from ferrotune.files.stores import read_store
from ferrotune.segmentation.agreement import best_correlations
from ferrotune.workflow.jobs import job


def main(inputs, output, subject, log_path):
    """Write maps.tsv.

    `inputs` are paths by name: trials, front, selected, rounds (a list), sites, cells, clusters.
    """
    with job(log_path, subject) as log:
        table = pd.read_csv(inputs["trials"], sep="\t")
        front = pd.read_csv(inputs["front"], sep="\t")
        sites, attributes = read_store(inputs["sites"], "yx")
        cells, _ = read_store(inputs["cells"], "yx", "polarization")
        means = read_store(inputs["clusters"], "mean")[0]["mean"]
        classes = clusters_at(sites["yx"], cells["yx"], cells["polarization"], means, attributes["cell_px"])
        log.info("%d of %d sites have a unit cell whose polarization is known", (classes >= 0).sum(), len(classes))
        labels = read_labels(inputs["rounds"], table["trial"])
        found = np.stack([best_correlations(of_trial, classes, len(means)) for of_trial in labels])
        rows = table.drop(columns=["round", "seconds"]).assign(
            **{f"phi_{cluster}": values for cluster, values in enumerate(found.T)},
            front=table["trial"].isin(front["trial"]),
            selected=table["trial"] == read_store(inputs["selected"], "label")[1]["trial"],
        )
        best = rows.loc[rows["ari"].idxmax(), "trial"] if rows["ari"].notna().any() else "none"
        log.info("%d settings; best agreement with the reference: trial %s", len(rows), best)
        rows.to_csv(output, sep="\t", index=False, na_rep="nan", float_format="%.6g")


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        output=snakemake.output[0],
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
