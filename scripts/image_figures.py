"""Draw the figures of an image: its columns, and the polarization, the lattice and the strain of its unit cells."""

import numpy as np

from ferrotune.figures.columns import figure_columns
from ferrotune.figures.polarization import figure_polarization
from ferrotune.figures.strain import figure_strain
from ferrotune.figures.style import save
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job

STRAIN = ("b_over_a", "rotation", "strain", "b_over_a_sigma", "rotation_sigma")


def main(image_store, columns_store, cells_store, columns_paths, polarization_paths, strain_paths, image, log_path):
    """Write each figure to all of its paths, in the format of their suffix."""
    with job(log_path, f"image {image}") as log:
        pixels, attributes = read_store(image_store, "image", "mask")
        columns, of_columns = read_store(columns_store, "yx", "sigma_yx", "sublattice")
        cells, _ = read_store(cells_store, "yx", "polarization", "a", "b", "alpha")
        strain, _ = read_store(cells_store, "yx", *STRAIN)
        sigma = read_store(cells_store, "polarization_sigma")[0]["polarization_sigma"]
        scale = {"cell_px": of_columns["cell_px"], "pixel_size_pm": attributes["pixel_size_pm"]}
        noise = float(np.nanmedian(sigma)) if np.isfinite(sigma).any() else np.nan
        log.info("standard error of a cell's polarization along an axis: %.3g px", noise)
        figures = (
            (columns_paths, figure_columns(**pixels, **columns, **scale)),
            (polarization_paths, figure_polarization(**cells, noise=noise, mask=pixels["mask"], **scale)),
            (strain_paths, figure_strain(**strain, mask=pixels["mask"], **scale)),
        )
        for paths, figure in figures:
            save(figure, paths)


if __name__ == "__main__":
    main(
        image_store=snakemake.input.image,
        columns_store=snakemake.input.columns,
        cells_store=snakemake.input.cells,
        columns_paths=[snakemake.output.columns, snakemake.output.columns_pdf],
        polarization_paths=[snakemake.output.polarization, snakemake.output.polarization_pdf],
        strain_paths=[snakemake.output.strain, snakemake.output.strain_pdf],
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
