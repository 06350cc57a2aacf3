"""Draw the segmentation of every setting of a hyperparameter map."""

import numpy as np
import pandas as pd

from ferrotune.figures.segmentation_grid import figure_segmentations
from ferrotune.figures.setting_grid import Grid
from ferrotune.figures.style import save
from ferrotune.figures.wording import status_kind
from ferrotune.files.rounds import read_labels
from ferrotune.files.stores import open_array, read_store
from ferrotune.segmentation.statuses import OK
from ferrotune.workflow.jobs import job


def main(inputs, outputs, axes, subject, log_path):
    """Write the figure to all of `outputs`.

    `inputs` are paths by name: table, rounds (a list), sites, reference, image; `axes` are the values of the two
    parameters by name.
    """
    with job(log_path, subject):
        table = pd.read_csv(inputs["table"], sep="\t")
        sites, attributes = read_store(inputs["sites"], "yx")
        reference, _ = read_store(inputs["reference"], "yx", "label")
        labels = read_labels(inputs["rounds"], table["trial"])
        chosen = np.flatnonzero(table["selected"])
        ok = (table["status"].map(status_kind) == OK).to_numpy()
        selected = int(chosen[0]) if len(chosen) else None
        grid = Grid(axes, ok, table["front"].to_numpy(bool), selected, attributes["cell_px"])
        mask = open_array(inputs["image"], "mask")[...]
        figure = figure_segmentations(sites["yx"], labels, grid, table["ari"].to_numpy(float), reference, mask)
        save(figure, outputs)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=list(snakemake.output),
        axes=snakemake.params.axes,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
