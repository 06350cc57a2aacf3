"""Render the twin of an image and a film without walls, and find columns and unit cells of both."""

from ferrotune.files.stage_arrays import stored_lattice
from ferrotune.files.stores import read_store, write_store
from ferrotune.search.films import film_stages, films_like
from ferrotune.workflow.jobs import job

COLUMNS = ("yx", "amplitude", "width", "sublattice")


def main(inputs, outputs, seed, threads, image, log_path):
    """Write the stores of both films; `inputs` are paths by name: image, columns, cells; `outputs` by FILM_STAGE."""
    with job(log_path, f"image {image}") as log:
        pixels, attributes = read_store(inputs["image"], "image", "mask")
        columns, of_columns = read_store(inputs["columns"], *COLUMNS)
        cells, of_cells = read_store(inputs["cells"], "yx", "polarization", "ab", "lattice")
        measured = pixels | {"columns": columns | {"cell_px": of_columns["cell_px"]}, "cells": cells}
        lattice, scale = stored_lattice(cells["lattice"], of_cells), attributes["pixel_size_pm"]
        for name, drawn in films_like(measured, seed).items():
            stages = film_stages(drawn, pixels["mask"], lattice, scale, threads)
            for stage, (arrays, of_stage) in stages.items():
                write_store(outputs[f"{name}_{stage}"], arrays, of_stage)
            log.info("%s: %d columns; %d in the image", name, len(stages["columns"][0]["yx"][1]), len(columns["yx"]))


if __name__ == "__main__":
    main(
        inputs=dict(snakemake.input.items()),
        outputs=dict(snakemake.output.items()),
        seed=snakemake.params.seed,
        threads=snakemake.threads,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
