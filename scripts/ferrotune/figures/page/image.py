"""All that the page shows of an image, as plain values and packed arrays."""

import numpy as np

from ferrotune.figures.page.maps import Rasters, cell_quantities, image_picture, wheel_picture
from ferrotune.figures.page.render import image_facts
from ferrotune.figures.page.searches import page_search
from ferrotune.figures.page.spectra import grid_facts, packed_spectra, spectra_quantities


def _columns_and_cells(pack, rasters, stores, facts):
    """Parts (dict) of the page on columns and unit cells; `facts` are the attributes of the image, and more."""
    (columns, _), (cells, _), shape = stores["columns"], stores["cells"], stores["image"][0]["image"].shape
    pack.add("columns", columns["yx"].astype(np.float32))
    pack.add("sublattice", columns["sublattice"].astype(np.int8))
    quantities = cell_quantities(pack, cells, facts["cell_px"], facts["pixel_size_pm"])
    return {
        "facts": image_facts(facts, shape, len(columns["sublattice"]), len(cells["a"])),
        "cells": quantities | {"sites": rasters.of(cells["yx"])},
    }


def _spectra(pack, rasters, stores, facts):
    """Parts (dict) of the page on a grid of spectra."""
    held, _ = stores["image"]
    axis, spectra = held["axis_values"], held["spectra"]
    quantities = spectra_quantities(pack, axis, spectra, facts["channels"], facts["channel_units"])
    return {
        "facts": grid_facts(facts, held["mask"].shape, len(held["yx"]), len(axis)),
        "cells": quantities | {"sites": rasters.of(held["yx"])},
        "spectra": packed_spectra(pack, axis, spectra[0], facts),
    }


def page_image(pack, name, stores, searches, objectives):
    """Make the values of the page, and pack its arrays.

    Parameters
    ----------
    pack : Pack
    name : str, the image's name
    stores : dict of image, columns, cells, reference: (arrays, attributes) of the stores
        Of a grid of spectra there are no columns and no cells.
    searches : iterable of `ferrotune.figures.page.searches.Found`
    objectives : dict of reward -> direction

    Returns
    -------
    dict of JSON values
    """
    (pixels, attributes), (reference, of_reference) = stores["image"], stores["reference"]
    measured = _columns_and_cells if "cells" in stores else _spectra
    cell_px, pixel_size_pm = stores.get("cells", stores["image"])[1]["cell_px"], attributes["pixel_size_pm"]
    rasters = Rasters(pack, pixels["mask"], cell_px)
    found, numbers = [], np.full(len(reference["label"]), -1)
    for search in searches:
        part, numbers = page_search(pack, rasters, search, objectives, reference, name)
        found.append(part)
    picture, covered = image_picture(pixels["image"], pixels["mask"])
    facts = attributes | {"cell_px": cell_px, "reference": of_reference["kind"]}
    pack.add("reference", numbers.astype(np.int8))
    return {
        "image": name,
        "shape": list(pixels["image"].shape),
        "cell_px": cell_px,
        "pixel_size_pm": pixel_size_pm,
        "objectives": dict(objectives),
        "picture": {"uri": picture, "shape": covered},
        "wheel": wheel_picture(),
        "searches": found,
        **measured(pack, rasters, stores, facts),
        "reference": {"sites": rasters.of(reference["yx"]), "kind": of_reference["kind"]},
        "raster": {"shape": rasters.shape, "extent": [float(f"{v:.6g}") for v in rasters.extent]},
    }
