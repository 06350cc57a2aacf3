"""Draw a hyperparameter map: rewards, agreement, and how well clusters of the polarization are distinguished."""

import numpy as np
import pandas as pd

from ferrotune.figures.hyperparameter_maps import figure_maps
from ferrotune.figures.polarization_maps import figure_polarization_maps
from ferrotune.figures.setting_grid import Grid
from ferrotune.figures.style import save
from ferrotune.figures.wording import status_kind
from ferrotune.files.stores import read_store
from ferrotune.segmentation.statuses import OK
from ferrotune.workflow.jobs import job


def main(inputs, outputs, axes, objectives, subject, log_path):
    """Write the figures.

    `inputs` are paths by name: table, image, cells, clusters; `outputs` are lists of paths by the name of the figure
    (maps, polarization), in the format of their suffix; `axes` are the values of the two parameters by name.
    """
    with job(log_path, subject) as log:
        table = pd.read_csv(inputs["table"], sep="\t")
        table["status"] = table["status"].map(status_kind)
        pixels, attributes = read_store(inputs["image"], "mask")
        cells, of_cells = read_store(inputs["cells"], "yx", "polarization")
        clusters, _ = read_store(inputs["clusters"], "label", "mean")
        chosen = np.flatnonzero(table["selected"])
        ok, front = (table["status"] == OK).to_numpy(), table["front"].to_numpy(bool)
        grid = Grid(axes, ok, front, int(chosen[0]) if len(chosen) else None, of_cells["cell_px"])
        phi = table.filter(regex="^phi_[0-9]$").to_numpy(float)
        log.info("%d settings of %s, %d of them usable", len(table), " and ".join(axes), ok.sum())
        measured = (cells["yx"], cells["polarization"], clusters["label"], clusters["mean"])
        figures = {
            "maps": figure_maps(table, grid, objectives),
            "polarization": figure_polarization_maps(*measured, phi, grid, pixels["mask"], attributes["pixel_size_pm"]),
        }
        for name, paths in outputs.items():
            save(figures[name], paths)


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs={name: [snakemake.output[name], snakemake.output[f"{name}_pdf"]] for name in ("maps", "polarization")},
        axes=snakemake.params.axes,
        objectives=snakemake.params.objectives,
        subject=f"image {snakemake.wildcards.image}, {snakemake.wildcards.pipeline}",
        log_path=snakemake.log[0],
    )
