"""Store the mean patch of each cluster, of the selected trial and of trials of the front."""

import pandas as pd

from ferrotune.files.rounds import read_labels
from ferrotune.files.stores import read_store, write_store
from ferrotune.search.centroids import centroid_arrays
from ferrotune.workflow.jobs import job

MOST = 12  # trials; the selected one first, then the front by number


def main(inputs, output, pipeline, subject, log_path):
    """Write centroids.zarr; `inputs` are paths: trials, front, selected, descriptors (list), rounds (list).

    The store is empty where the descriptor has no patches, or the front is empty and no trial was selected.
    """
    with job(log_path, subject) as log:
        table, front = (pd.read_csv(inputs[name], sep="\t") for name in ("trials", "front"))
        selected, attributes = read_store(inputs["selected"])
        wanted = [trial for trial in (attributes["trial"], *front["trial"].tolist()) if trial is not None]
        trials = list(dict.fromkeys(wanted))[:MOST]
        labels = dict(zip(trials, read_labels(inputs["rounds"], trials), strict=True)) if trials else {}
        if trials and attributes["trial"] is not None:
            labels[attributes["trial"]] = selected["label"]  # it was judged again
        rows = [row for row in table.to_dict("records") if row["trial"] in trials]
        arrays = centroid_arrays(pipeline, rows, inputs["descriptors"], labels, selected["yx"])
        kept = {name: attributes[name] for name in ("cell_px", "pixel_size_pm")}
        write_store(output, arrays, kept | {"trials": trials if arrays else []})
        log.info("%d trials, %d clusters", len(trials), len(arrays["label"][1]) if arrays else 0)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        output=snakemake.output[0],
        pipeline=snakemake.params.pipeline,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
