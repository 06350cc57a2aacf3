"""Cut the patch stack of an image: the largest window around every site, for each preprocessing."""

import numpy as np

from ferrotune.columns import A, B
from ferrotune.descriptors import Cutter, binning, preprocess, usable_sites, window_px
from ferrotune.jobs import job
from ferrotune.patch_stack import BLOCK, cut_stack
from ferrotune.sites import Sites
from ferrotune.smoothing import block_mean
from ferrotune.stores import add_array, read_store, write_store

SUBLATTICES = {"A": (A,), "B": (B,), "both": (A, B)}


def main(image_store, columns_store, output, sites, subpixel, cuts, image, threads, log_path):
    """Write descriptors/patches.zarr from image.zarr and columns.zarr."""
    with job(log_path, f"image {image}") as log:
        pixels, _ = read_store(image_store, "image", "mask")
        columns, attributes = read_store(columns_store, "yx", "sublattice")
        cell_px = attributes["cell_px"]
        factor = binning([window_px(cells, cell_px) for cells in cuts["window_cells"]]) if cuts["reduced"] else 1
        window = tuple(window_px(cells, cell_px / factor) for cells in cuts["window_cells"])
        log.info(
            "largest window %d x %d px (%s cells) of the image binned by %d", *window, cuts["window_cells"], factor
        )

        chosen = np.flatnonzero(np.isin(columns["sublattice"], SUBLATTICES[sites]))
        binned_yx = (columns["yx"] - (factor - 1) / 2) / factor
        usable = usable_sites(block_mean(pixels["mask"], factor) == 1, binned_yx[chosen], window)
        line = "%d sites; %d dropped, whose window leaves the image or touches the mask"
        log.info(line, usable.sum(), (~usable).sum())
        chosen = chosen[usable]
        kinds, kind = np.unique(columns["sublattice"][chosen], return_inverse=True)

        count, size = len(cuts["preprocessings"]), window[0] * window[1]
        # with fewer sites than pixels, trials find their components without the covariance
        reduced = cuts["reduced"] and len(chosen) >= size
        store = write_store(
            output,
            {
                "yx": (("site", "axis"), columns["yx"][chosen]),
                "column": (("site",), chosen.astype(np.int32)),
                "sublattice": (("site",), columns["sublattice"][chosen]),
                **Sites.of(columns["yx"][chosen], pixels["mask"], cell_px).arrays(),
            },
            {
                "preprocessings": [list(pair) for pair in cuts["preprocessings"]],
                "window_px": list(window),
                "window_cells": list(cuts["window_cells"]),
                "binning": factor,
                "reduced": reduced,
                "cell_px": cell_px,
                "pixel_size_pm": attributes["pixel_size_pm"],
                "dropped_sites": int((~usable).sum()),
            },
        )
        axes = ("preprocessing", "site", "y", "x")
        stack = add_array(store, "patches", axes, (count, len(chosen), *window), (1, BLOCK, *window))
        means = add_array(store, "mean", ("preprocessing", "kind", "y", "x"), (count, len(kinds), *window))
        if reduced:
            axes = ("preprocessing", "pixel", "other_pixel")
            covariances = add_array(store, "covariance", axes, (count, size, size))
        for i, (flatten, sigma) in enumerate(cuts["preprocessings"]):
            ready = preprocess(pixels["image"], pixels["mask"], cell_px, flatten, sigma)
            cutter = Cutter(block_mean(ready, factor), window, subpixel)

            def keep(part, patches, i=i):
                stack[i, part] = patches

            mean, covariance = cut_stack(keep, cutter, binned_yx[chosen], kind, reduced, threads)
            means[i] = mean
            if reduced:
                covariances[i] = covariance


if __name__ == "__main__":
    main(
        image_store=snakemake.input.image,
        columns_store=snakemake.input.columns,
        output=snakemake.output[0],
        sites=snakemake.params.sites,
        subpixel=snakemake.params.subpixel,
        cuts=snakemake.params.cuts,
        image=snakemake.wildcards.image,
        threads=snakemake.threads,
        log_path=snakemake.log[0],
    )
