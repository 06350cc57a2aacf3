"""The store of patches: the largest window around every site, once for each preprocessing of the spaces."""

import numpy as np

from ferrotune.columns.sublattices import SUBLATTICES
from ferrotune.descriptors._patch_cutting import Cutter, binning, check_window, in_frame, usable_sites, window_px
from ferrotune.descriptors._patch_stack import BLOCK, cut_stack
from ferrotune.errors import InputError
from ferrotune.files.stores import add_array, read_store, write_store
from ferrotune.images.preprocessing import preprocess
from ferrotune.images.smoothing import block_mean
from ferrotune.images.straightening import straightened
from ferrotune.sites.sites import Sites


def cuts(uses):
    """Contents of the store (dict) that the pipelines need.

    preprocessings: list of (flatten, denoise); window_cells: (height, width) of the largest window; reduced: whether
    any trial takes principal components.
    """
    spaces = [use["space"] for use in uses]
    pairs = {(flatten, denoise) for s in spaces for flatten in s["flatten"] for denoise in s["denoise"]}
    return {
        "preprocessings": sorted(pairs),
        "window_cells": [max(max(space[side]) for space in spaces) for side in ("w1", "w2")],
        "reduced": any(rank is not None for space in spaces for rank in space.get("rank", [None])),
    }


def _chosen(columns, sites, mask, factor, window):
    """Columns (n,) whose largest window is inside the binned image and mask, and their yx; and how many are dropped.

    The last are two numbers: of those whose window leaves the image, and of the others, whose window touches the mask.
    """
    chosen = np.flatnonzero(np.isin(columns["sublattice"], SUBLATTICES[sites]))
    if not len(chosen):
        raise InputError(f"there is no column of sublattice {sites} to centre patches on: set sites in the config")
    binned = (columns["yx"][chosen] - (factor - 1) / 2) / factor
    inside = block_mean(mask, factor) == 1
    usable, framed = usable_sites(inside, binned, window), in_frame(inside.shape, binned, window)
    return chosen[usable], binned[usable], (int((~framed).sum()), int((framed & ~usable).sum()))


def write_patches(output, stores, uses, options, threads, log):
    """Write the store of patches; the arguments are those of a descriptor's `write`."""
    needed = cuts(uses)
    pixels, _ = read_store(stores["image"], "image", "mask")
    columns, attributes = read_store(stores["columns"], "yx", "sublattice", "row_shift")
    image = straightened(pixels["image"], columns["row_shift"])
    cell_px = attributes["cell_px"]
    factor = binning([window_px(cells, cell_px) for cells in needed["window_cells"]]) if needed["reduced"] else 1
    window = tuple(window_px(cells, cell_px / factor) for cells in needed["window_cells"])
    line = "largest window %d x %d px (%s cells) of the image binned by %d"
    log.info(line, *window, needed["window_cells"], factor)
    check_window(window, pixels["mask"].shape, factor, cell_px)
    chosen, yx, dropped = _chosen(columns, options["sites"], pixels["mask"], factor, window)
    line = "%d sites; dropped: %d whose window leaves the image, %d whose window touches the mask"
    log.info(line, len(chosen), *dropped)
    classes, site_class = np.unique(columns["sublattice"][chosen], return_inverse=True)
    size = window[0] * window[1]
    # with fewer sites than pixels, trials compute the principal components without the covariance
    reduced = needed["reduced"] and len(chosen) >= size
    store = write_store(
        output,
        {
            "yx": (("site", "axis"), columns["yx"][chosen]),
            "column": (("site",), chosen.astype(np.int32)),
            "sublattice": (("site",), columns["sublattice"][chosen]),
            **Sites.of(columns["yx"][chosen], pixels["mask"], cell_px).arrays(),
        },
        {
            "preprocessings": [list(pair) for pair in needed["preprocessings"]],
            "window_px": list(window),
            "window_cells": list(needed["window_cells"]),
            "binning": factor,
            "reduced": reduced,
            "cell_px": cell_px,
            "pixel_size_pm": attributes["pixel_size_pm"],
            "dropped_sites": sum(dropped),
            "sites_per_cell": len(classes),
        },
    )
    count = len(needed["preprocessings"])
    axes = ("preprocessing", "site", "y", "x")
    stack = add_array(store, "patches", axes, (count, len(chosen), *window), (1, BLOCK, *window))
    means = add_array(store, "mean", ("preprocessing", "kind", "y", "x"), (count, len(classes), *window))
    if reduced:
        axes = ("preprocessing", "pixel", "other_pixel")
        covariances = add_array(store, "covariance", axes, (count, size, size))
    for i, (flatten, denoise) in enumerate(needed["preprocessings"]):
        ready = preprocess(image, pixels["mask"], cell_px, flatten, denoise)
        cutter = Cutter(block_mean(ready, factor), window, options["subpixel"])

        def keep(part, patches, i=i):
            stack[i, part] = patches

        mean, covariance = cut_stack(keep, cutter, yx, site_class, reduced, threads)
        means[i] = mean
        if reduced:
            covariances[i] = covariance
