"""Cut the patch stack of an image: the largest window around every site, for each preprocessing."""

import numpy as np

from ferrotune.columns import A, B
from ferrotune.descriptors import cut_patches, preprocess, usable_sites, window_px
from ferrotune.jobs import job
from ferrotune.stores import read_store, write_store

SUBLATTICES = {"A": (A,), "B": (B,), "both": (A, B)}


def main(image_store, columns_store, output, sites, subpixel, cuts, image, log_path):
    """Write descriptors/patches.zarr from image.zarr and columns.zarr."""
    with job(log_path, f"image {image}") as log:
        pixels, _ = read_store(image_store, "image", "mask")
        columns, attributes = read_store(columns_store, "yx", "sublattice")
        cell_px = attributes["cell_px"]
        window = tuple(window_px(cells, cell_px) for cells in cuts["window_cells"])
        chosen = np.flatnonzero(np.isin(columns["sublattice"], SUBLATTICES[sites]))
        usable = usable_sites(pixels["mask"], columns["yx"][chosen], window)
        log.info("largest window %d x %d px (%s cells)", *window, cuts["window_cells"])
        line = "%d sites; %d dropped, whose window leaves the image or touches the mask"
        log.info(line, usable.sum(), (~usable).sum())
        chosen = chosen[usable]
        yx, sublattice = columns["yx"][chosen], columns["sublattice"][chosen]
        stacks = []
        for flatten, sigma in cuts["preprocessings"]:
            ready = preprocess(pixels["image"], pixels["mask"], cell_px, flatten, sigma)
            stack = cut_patches(ready, yx, window, subpixel)
            if sites == "both":  # else the difference between A and B would be all that a mixture sees
                for kind in (A, B):
                    stack[sublattice == kind] -= stack[sublattice == kind].mean(axis=0)
            stacks.append(stack)
        write_store(
            output,
            {
                "patches": (("preprocessing", "site", "y", "x"), np.stack(stacks)),
                "yx": (("site", "axis"), yx),
                "column": (("site",), chosen.astype(np.int32)),
                "sublattice": (("site",), sublattice),
            },
            {
                "preprocessings": [list(pair) for pair in cuts["preprocessings"]],
                "window_px": list(window),
                "window_cells": list(cuts["window_cells"]),
                "cell_px": cell_px,
                "pixel_size_pm": attributes["pixel_size_pm"],
                "dropped_sites": int((~usable).sum()),
            },
        )


if __name__ == "__main__":
    main(
        image_store=snakemake.input.image,
        columns_store=snakemake.input.columns,
        output=snakemake.output[0],
        sites=snakemake.params.sites,
        subpixel=snakemake.params.subpixel,
        cuts=snakemake.params.cuts,
        image=snakemake.wildcards.image,
        log_path=snakemake.log[0],
    )
