"""Find the Pareto front of a search and its knee, and store the selected segmentation."""

import pandas as pd

from ferrotune.jobs import job
from ferrotune.raster import SAMPLES_PER_CELL
from ferrotune.selection import answer_of, chosen_by, front_of, parameters_of, selected_arrays, selected_trial
from ferrotune.stores import read_store, write_store


def main(inputs, outputs, objectives, guarded, select, subject, log_path):
    """Write front.tsv and selected.zarr; `inputs` and `outputs` are paths by the rule's names."""
    with job(log_path, subject) as log:
        table = pd.read_csv(inputs["trials"], sep="\t")
        front = front_of(table, objectives, guarded)
        front.to_csv(outputs["front"], sep="\t", index=False, na_rep="nan", float_format="%.10g")
        trial = selected_trial(table, front, select)
        log.info("%d of %d trials on the front; selected: %s", len(front), len(table), answer_of(trial))
        sites, attributes = read_store(inputs["descriptors"], "yx", "site_raster")
        rounds = [read_store(store)[0] for store in inputs["rounds"]]
        write_store(
            outputs["selected"],
            selected_arrays(rounds, sites, trial),
            {
                "answer": answer_of(trial),
                "trial": trial,
                "chosen_by": chosen_by(trial, select),
                "parameters": parameters_of(table, trial),
                "cell_px": attributes["cell_px"],
                "sites_per_cell": attributes["sites_per_cell"],
                "pixel_size_pm": attributes["pixel_size_pm"],
                "samples_per_cell": SAMPLES_PER_CELL,
                "units": "yx: px; segments, path_points: unit cells from the image's first pixel, (y, x)",
            },
        )


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        objectives=snakemake.params.objectives,
        guarded=snakemake.params.guarded,
        select=snakemake.params.select,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
