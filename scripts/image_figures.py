"""Draw the figures of an image: crystals and columns, and polarization, lattice and strain of its unit cells."""

import numpy as np

from ferrotune.figures.columns import figure_columns
from ferrotune.figures.grains import figure_grains
from ferrotune.figures.polarization import figure_polarization
from ferrotune.figures.strain import figure_strain
from ferrotune.figures.style import save
from ferrotune.files.stores import read_store
from ferrotune.workflow.jobs import job

DRAWN = ("columns", "polarization", "strain", "grains")
STRAIN = ("b_over_a", "rotation", "strain", "b_over_a_sigma", "rotation_sigma")


def crystals_of(image_store, pixels, lattice, attributes):
    """Arrays and lattices that the figure of grains draws; an image that was not cut is one crystal."""
    if "crystal_lattices" in attributes:
        grains, _ = read_store(image_store, "whole", "crystals")
        return grains | {"lattices": attributes["crystal_lattices"]}
    return {
        "whole": pixels["image"],
        "crystals": np.where(pixels["mask"], 1, -1).astype(np.int8),
        "lattices": [lattice],
    }


def main(stores, paths, image, log_path):
    """Write each figure to all of its paths, in the format of their suffix.

    stores : dict of image, columns, cells; paths : dict of columns, polarization, strain, grains, each a list
    """
    with job(log_path, f"image {image}") as log:
        pixels, attributes = read_store(stores["image"], "image", "mask")
        columns, of_columns = read_store(stores["columns"], "yx", "sigma_yx", "sublattice", "lattice")
        cells, _ = read_store(stores["cells"], "yx", "polarization", "a", "b", "alpha")
        strain, _ = read_store(stores["cells"], "yx", *STRAIN)
        others, _ = read_store(stores["cells"], "polarization_sigma", "lattice")
        scale = {"cell_px": of_columns["cell_px"], "pixel_size_pm": attributes["pixel_size_pm"]}
        sigma = others["polarization_sigma"]
        noise = float(np.nanmedian(sigma)) if np.isfinite(sigma).any() else np.nan
        log.info("standard error of a cell's polarization along an axis: %.3g px", noise)
        save(figure_columns(**pixels, **columns, **scale), paths["columns"])
        save(figure_polarization(**cells, noise=noise, mask=pixels["mask"], **scale), paths["polarization"])
        save(figure_strain(**strain, mask=pixels["mask"], **scale), paths["strain"])
        grains = crystals_of(stores["image"], pixels, others["lattice"], attributes)
        save(figure_grains(**grains, **scale), paths["grains"])


if __name__ == "__main__":
    main(
        stores=dict(snakemake.input.items()),
        paths={name: [getattr(snakemake.output, of) for of in (name, f"{name}_pdf")] for name in DRAWN},
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
