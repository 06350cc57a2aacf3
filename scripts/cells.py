"""Measure polarization and lattice parameters of every unit cell."""

import numpy as np

from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.sublattices import A, B
from ferrotune.errors import InputError
from ferrotune.files.stage_arrays import cells_arrays, stored_lattice
from ferrotune.files.stores import read_store, write_store
from ferrotune.workflow.jobs import job


def main(columns_store, output, image, log_path):
    """Write cells.zarr from columns.zarr."""
    with job(log_path, f"image {image}") as log:
        arrays, attributes = read_store(columns_store, "yx", "sublattice", "lattice")
        yx, sublattice = arrays["yx"], arrays["sublattice"]
        lattice = stored_lattice(arrays["lattice"], attributes)
        cells = build_cells(yx[sublattice == A], yx[sublattice == B], lattice)
        if not len(cells.yx):
            raise InputError("no unit cell closes on four A columns: mask what is no crystal")
        known = np.isfinite(cells.polarization).all(axis=1)
        log.info("%d unit cells, %d of them without a B column", len(known), (~known).sum())
        write_store(output, *cells_arrays(cells, lattice, attributes["pixel_size_pm"]))


if __name__ == "__main__":
    main(
        columns_store=snakemake.input[0],
        output=snakemake.output[0],
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
