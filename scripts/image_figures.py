"""Draw the figures of an image: its columns, and the polarization and the lattice of its unit cells."""

from pathlib import Path

import numpy as np

from ferrotune.columns.sublattices import A, B
from ferrotune.figures.columns import figure_columns
from ferrotune.figures.grains import figure_grains
from ferrotune.figures.polarization import figure_polarization
from ferrotune.figures.style import save
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job


def polarization_error(sigma_yx, sublattice):
    """Standard error (px) of the polarization of a cell along an axis, from a B column and four A columns."""
    of_a, of_b = (
        np.nanmedian(sigma_yx[sublattice == kind]) if (sublattice == kind).any() else np.nan for kind in (A, B)
    )
    return float(np.hypot(of_b, of_a / 2))


def main(image_store, columns_store, cells_store, columns_paths, polarization_paths, image, log_path, grains_path=None):
    """Write each figure to all of its paths, in the format of their suffix; that of grains where there are several."""
    with job(log_path, f"image {image}") as log:
        pixels, attributes = read_store(image_store, "image", "mask")
        columns, of_columns = read_store(columns_store, "yx", "sigma_yx", "sublattice")
        cells, _ = read_store(cells_store, "yx", "polarization", "a", "b", "alpha")
        scale = {"cell_px": of_columns["cell_px"], "pixel_size_pm": attributes["pixel_size_pm"]}
        noise = polarization_error(columns["sigma_yx"], columns["sublattice"])
        log.info("standard error of a cell's polarization along an axis: %.3g px", noise)
        figures = (
            (columns_paths, figure_columns(**pixels, **columns, **scale)),
            (polarization_paths, figure_polarization(**cells, noise=noise, mask=pixels["mask"], **scale)),
        )
        for paths, figure in figures:
            save(figure, paths)
        if grains_path is not None:
            Path(grains_path).unlink(missing_ok=True)  # of an earlier run
            if len(attributes.get("crystal_lattices", [])) > 1:
                grains, _ = read_store(image_store, "whole", "crystals")
                save(figure_grains(**grains, lattices=attributes["crystal_lattices"], **scale), [grains_path])


if __name__ == "__main__":
    main(
        image_store=snakemake.input.image,
        columns_store=snakemake.input.columns,
        cells_store=snakemake.input.cells,
        columns_paths=[snakemake.output.columns, snakemake.output.columns_pdf],
        polarization_paths=[snakemake.output.polarization, snakemake.output.polarization_pdf],
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
        grains_path=Path(snakemake.output.columns).with_name("grains.png"),  # of few images, and so no output
    )
