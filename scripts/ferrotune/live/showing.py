"""What is shown and kept of a map: its figure, its store, and its words on the page."""

from pathlib import Path

import numpy as np

from ferrotune.figures.live_map import figure_live
from ferrotune.figures.style import render
from ferrotune.files.stores import write_store
from ferrotune.front.answers import answer_of, reason_of
from ferrotune.front.selection import selected_arrays
from ferrotune.judge.null_maps import MANY_MAPS
from ferrotune.live.serving import EVIDENCE
from ferrotune.search.confirmation import outcome_arrays

DPI = 150  # a screen shows no more, and a file of 250 takes twice as long


def draw_map(folder, name, image, selected, scale):
    """Draw the map of an image as live/NAME.png.

    Parameters
    ----------
    folder : path of the results of the series
    name : str, of the image
    image : mapping with image (y, x) and mask (y, x)
    selected : dict of arrays, as selected.zarr holds them
    scale : dict of cell_px and pixel_size_pm
    """
    figure = figure_live(np.asarray(image["image"]), np.asarray(image["mask"]), selected, **scale)
    Path(folder, "live").mkdir(parents=True, exist_ok=True)
    Path(folder, "live", f"{name}.png").write_bytes(render(figure, "png", DPI))


def keep_map(folder, name, measured, on_image, outcome):
    """Keep the labels and walls of a map as live/NAME.zarr.

    Parameters
    ----------
    folder : path of the results of the series
    name : str
    measured : ferrotune.live.measuring.MeasuredImage
    on_image : ferrotune.live.first_map.SettingOnImage
    outcome : ferrotune.search.outcomes.Outcome

    Returns
    -------
    dict of arrays, as selected.zarr holds them
    """
    sites = on_image.sites
    arrays = selected_arrays(outcome_arrays(outcome), {"yx": sites.yx, "site_raster": sites.raster})
    write_store(Path(folder, "live", f"{name}.zarr"), arrays, measured.scale | {"status": outcome.status})
    return {key: values for key, (_, values) in arrays.items()}


def _words(answer, standing, walls):
    """An answer in words for a title."""
    if walls == 1:
        return f"{answer}: the one boundary {'stands' if standing else 'does not stand'}"
    return f"{answer}: {standing} of {walls} boundaries stand" if walls else f"{answer}: no boundary"


def _finite(value):
    return float(value) if np.isfinite(value) else None


def answer_entry(name, measured, outcome, serving, maps):
    """What the page says of an image (dict of JSON values).

    Parameters
    ----------
    name : str
    measured : ferrotune.live.measuring.MeasuredImage
    outcome : ferrotune.search.outcomes.Outcome
    serving : ferrotune.live.serving.Serving
    maps : int, number of null maps that it was judged by
    """
    stands = outcome.wall_verdicts.stands
    standing, walls = int(np.count_nonzero(stands)), len(stands)
    answer = answer_of(outcome.variation, standing)
    return {
        "image": name,
        "kind": answer,
        "answer": _words(answer, standing, walls),
        "reason": reason_of(answer, outcome.variation, outcome.verdict, standing, walls),
        "setting": serving.words(measured.scale["cell_px"]),
        "origin": serving.origin,
        "judged": f"{maps} null maps" + ("" if maps >= MANY_MAPS else f", until there are {MANY_MAPS}"),
        "cells": f"{measured.cells.sizes['cell']:,}",
        "doubts": measured.doubts,
        "map": f"live/{name}.png",
        EVIDENCE: _finite(outcome.rewards.get(EVIDENCE, np.nan)),
    }


def found_entry(found, selected, chosen):
    """What the page says of an image whose search has taken over (dict of JSON values).

    Parameters
    ----------
    found : ferrotune.live.serving.Found
    selected, chosen : arrays and attributes of its selected.zarr
    """
    standing, walls = int(selected["wall_stands"].sum()), len(selected["wall_stands"])
    return {
        "kind": chosen["answer"],
        "answer": _words(chosen["answer"], standing, walls),
        "reason": chosen["reason"],
        "setting": found.serving.words(chosen["cell_px"]),
        "origin": f"trial {chosen['trial']} of {found.serving.origin}",
        "judged": f"{MANY_MAPS} null maps that had no part in the search",
        "search": "took over: its labels explain more of the polarization than those of the first map",
        "found": True,
        EVIDENCE: _finite(found.evidence),
    }
