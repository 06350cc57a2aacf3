"""Draw the figures of an image: its columns, and the polarization, the lattice and the strain of its unit cells."""

from pathlib import Path

import numpy as np

from ferrotune.figures.columns import figure_columns
from ferrotune.figures.grains import figure_grains
from ferrotune.figures.polarization import figure_polarization
from ferrotune.figures.strain import figure_strain
from ferrotune.figures.style import save
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job

DRAWN = ("columns", "polarization", "strain")
STRAIN = ("b_over_a", "rotation", "strain", "b_over_a_sigma", "rotation_sigma")


def main(stores, paths, image, log_path, grains_path=None):
    """Write each figure to all of its paths, in the format of their suffix; that of grains where there are several.

    stores : dict of image, columns, cells; paths : dict of columns, polarization, strain, each a list
    """
    with job(log_path, f"image {image}") as log:
        pixels, attributes = read_store(stores["image"], "image", "mask")
        columns, of_columns = read_store(stores["columns"], "yx", "sigma_yx", "sublattice", "lattice")
        cells, _ = read_store(stores["cells"], "yx", "polarization", "a", "b", "alpha")
        strain, _ = read_store(stores["cells"], "yx", *STRAIN)
        sigma = read_store(stores["cells"], "polarization_sigma")[0]["polarization_sigma"]
        scale = {"cell_px": of_columns["cell_px"], "pixel_size_pm": attributes["pixel_size_pm"]}
        noise = float(np.nanmedian(sigma)) if np.isfinite(sigma).any() else np.nan
        log.info("standard error of a cell's polarization along an axis: %.3g px", noise)
        save(figure_columns(**pixels, **columns, **scale), paths["columns"])
        save(figure_polarization(**cells, noise=noise, mask=pixels["mask"], **scale), paths["polarization"])
        save(figure_strain(**strain, mask=pixels["mask"], **scale), paths["strain"])
        if grains_path is not None:
            Path(grains_path).unlink(missing_ok=True)  # of an earlier run
            if len(attributes.get("crystal_lattices", [])) > 1:
                grains, _ = read_store(stores["image"], "whole", "crystals")
                save(figure_grains(**grains, lattices=attributes["crystal_lattices"], **scale), [grains_path])


if __name__ == "__main__":
    main(
        stores=dict(snakemake.input.items()),
        paths={name: [getattr(snakemake.output, of) for of in (name, f"{name}_pdf")] for name in DRAWN},
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
        grains_path=Path(snakemake.output.columns).with_name("grains.png"),  # of few images, and so no output
    )
