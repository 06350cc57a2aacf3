"""Prepare the reference: the labels that segmentations are compared with. They never steer the search."""

import numpy as np

from ferrotune.files.stores import read_store, write_store
from ferrotune.images.moved_rows import RowMap
from ferrotune.reference.component_order import order_agreement, order_doubt
from ferrotune.reference.reading import PUBLISHED, read_reference_cells
from ferrotune.workflow.jobs import job, warn


def moved_rows(image_store):
    """How the rows of the image were moved (RowMap) where the distortion of its scan was taken off; else None."""
    taken_off = image_store and (read_store(image_store, "mask")[1].get("distortion") or {}).get("taken_off")
    return RowMap.from_attributes(taken_off) if taken_off else None


def main(path, cells_store, columns_store, output, row_component, seed, image, log_path, image_store=None):
    """Write reference.zarr from a reference file, or from the polarization of the cells where there is none."""
    with job(log_path, f"image {image}") as log:
        cells, attributes = read_store(cells_store, "yx", "polarization")
        columns, _ = read_store(columns_store, "yx")
        known = (columns["yx"], attributes["cell_px"], row_component, seed)
        reference = read_reference_cells(path, cells, *known, moved_rows(image_store))
        log.info("reference: %s; offset taken off %s px", reference.kind, np.round(reference.offset, 3))
        if reference.kind == PUBLISHED:
            agreement = order_agreement(reference, cells, attributes["cell_px"])
            log.info("correlation with the measured polarization %.2f, with components exchanged %.2f", *agreement)
            if doubt := order_doubt(agreement, row_component):
                warn(f"image {image}", doubt)
        names, counts = np.unique(reference.label, return_counts=True)
        log.info("labels and sizes: %s", dict(zip(names.tolist(), counts.tolist(), strict=True)))
        write_store(
            output,
            {
                "yx": (("cell", "axis"), reference.yx),
                "label": (("cell",), reference.label.astype(np.int16)),
                "polarization": (("cell", "axis"), reference.polarization),
            },
            {"kind": reference.kind, "offset_px": reference.offset.tolist()},
        )


if __name__ == "__main__":
    main(
        path=snakemake.params.path,
        cells_store=snakemake.input.cells,
        columns_store=snakemake.input.columns,
        image_store=snakemake.input.image,
        output=snakemake.output[0],
        row_component=snakemake.params.row_component,
        seed=snakemake.params.seed,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
