"""Measure polarization and lattice parameters of every unit cell."""

import numpy as np

from ferrotune.cells.strain import measure_cells
from ferrotune.errors import InputError
from ferrotune.files.stage_arrays import cells_arrays, stored_lattice
from ferrotune.files.stores import read_store, write_store
from ferrotune.workflow.jobs import job


def main(columns_store, output, image, log_path):
    """Write cells.zarr from columns.zarr."""
    with job(log_path, f"image {image}") as log:
        arrays, attributes = read_store(columns_store, "yx", "sigma_yx", "sublattice", "lattice")
        lattice = stored_lattice(arrays.pop("lattice"), attributes)
        measured = measure_cells(**arrays, lattice=lattice, scan_left=attributes["scan_left_px"])
        cells = measured[0]
        if not len(cells.yx):
            raise InputError("no unit cell closes on four A columns: mask what is no crystal")
        known = np.isfinite(cells.polarization).all(axis=1)
        log.info("%d unit cells, %d of them without a B column", len(known), (~known).sum())
        write_store(output, *cells_arrays(measured, lattice, attributes["pixel_size_pm"]))


if __name__ == "__main__":
    main(
        columns_store=snakemake.input[0],
        output=snakemake.output[0],
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
