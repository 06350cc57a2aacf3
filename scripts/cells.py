"""Measure polarization and lattice parameters of every unit cell."""

import numpy as np

from ferrotune.cells.shape_change import shape_change
from ferrotune.cells.strain import measure_cells
from ferrotune.cells.tilt_shift import tilt_shift, without_tilt
from ferrotune.errors import InputError
from ferrotune.files.stage_arrays import cells_arrays, stored_lattice
from ferrotune.files.stores import read_store, write_store
from ferrotune.workflow.jobs import job


def main(columns_store, output, image, log_path, tilt_correction=False):
    """Write cells.zarr from columns.zarr; `tilt_correction`: take the shift by mis-tilt off the polarization."""
    with job(log_path, f"image {image}") as log:
        arrays, attributes = read_store(columns_store, "yx", "sigma_yx", "sublattice", "lattice")
        lattice = stored_lattice(arrays.pop("lattice"), attributes)
        measured = measure_cells(**arrays, lattice=lattice, scan_left=attributes["scan_left_px"])
        cells = measured[0]
        if not len(cells.yx):
            raise InputError("no unit cell closes on four A columns: mask what is no crystal")
        known = np.isfinite(cells.polarization).all(axis=1)
        log.info("%d unit cells, %d of them without a B column", len(known), (~known).sum())
        leaning, _ = read_store(columns_store, "asymmetry", "width")
        tilt = tilt_shift(
            cells, arrays["yx"], **leaning, sublattice=arrays["sublattice"], cell_px=attributes["cell_px"]
        )
        log.info(tilt.said(attributes["pixel_size_pm"], tilt_correction))
        if tilt_correction:
            measured = without_tilt(measured, tilt)
        found, of_cells = cells_arrays(measured, lattice, attributes["pixel_size_pm"], tilt)
        of_cells |= tilt.attributes(tilt_correction)
        if attributes.get("column_shape") == "tail":
            gaussian_yx = read_store(columns_store, "gaussian_yx")[0]["gaussian_yx"]
            change = shape_change(cells, gaussian_yx, arrays["sublattice"], lattice)
            if change:
                log.info(change.said(attributes["pixel_size_pm"]))
                of_cells |= change.attributes()
        write_store(output, found, of_cells)


if __name__ == "__main__":
    main(
        columns_store=snakemake.input[0],
        output=snakemake.output[0],
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
        tilt_correction=snakemake.params.tilt_correction,
    )
