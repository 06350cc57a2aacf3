"""All that the page shows of an image, as plain values and packed arrays."""

import numpy as np

from ferrotune.figures.page.maps import Rasters, cell_quantities, image_picture, wheel_picture
from ferrotune.figures.page.render import image_facts
from ferrotune.figures.page.searches import page_search


def page_image(pack, name, stores, searches, objectives):
    """Make the values of the page, and pack its arrays.

    Parameters
    ----------
    pack : Pack
    name : str, the image's name
    stores : dict of image, columns, cells, reference: (arrays, attributes) of the stores
    searches : iterable of `ferrotune.figures.page.searches.Found`
    objectives : dict of reward -> direction

    Returns
    -------
    dict of JSON values
    """
    (pixels, attributes), (columns, _) = stores["image"], stores["columns"]
    (cells, lattice), (reference, of_reference) = stores["cells"], stores["reference"]
    cell_px, pixel_size_pm = lattice["cell_px"], attributes["pixel_size_pm"]
    rasters = Rasters(pack, pixels["mask"], cell_px)
    found, numbers = [], np.full(len(reference["label"]), -1)
    for search in searches:
        part, numbers = page_search(pack, rasters, search, objectives, reference, name)
        found.append(part)
    picture, covered = image_picture(pixels["image"], pixels["mask"])
    facts = attributes | {"cell_px": cell_px, "reference": of_reference["kind"]}
    pack.add("columns", columns["yx"].astype(np.float32))
    pack.add("sublattice", columns["sublattice"].astype(np.int8))
    pack.add("reference", numbers.astype(np.int8))
    return {
        "image": name,
        "facts": image_facts(facts, pixels["image"].shape, len(columns["sublattice"]), len(cells["a"])),
        "shape": list(pixels["image"].shape),
        "cell_px": cell_px,
        "pixel_size_pm": pixel_size_pm,
        "objectives": dict(objectives),
        "picture": {"uri": picture, "shape": covered},
        "wheel": wheel_picture(),
        "searches": found,
        "cells": cell_quantities(pack, cells, cell_px, pixel_size_pm) | {"sites": rasters.of(cells["yx"])},
        "reference": {"sites": rasters.of(reference["yx"]), "kind": of_reference["kind"]},
        "raster": {"shape": rasters.shape, "extent": [float(f"{v:.6g}") for v in rasters.extent]},
    }
