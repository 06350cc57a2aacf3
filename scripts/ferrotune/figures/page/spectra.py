"""What the page shows of a grid of spectra instead of columns and unit cells: maps of each channel, and the spectra."""

import numpy as np

from ferrotune.figures.page.maps import quantity
from ferrotune.figures.page.packing import quantised
from ferrotune.figures.spectra_maps import axis_label
from ferrotune.figures.wording import TIMES
from ferrotune.loops.branches import area, is_loop

MOST_NUMBERS = 4_000_000  # of spectra in the page, 2 bytes each before compression; of more only some steps are kept


def spectra_quantities(pack, axis, spectra, channels, units):
    """Pack maps of each channel, in place of the quantities of unit cells.

    Parameters
    ----------
    pack : Pack
    axis : (step,) float
    spectra : (channel, site, step) float
    channels, units : lists of str

    Returns
    -------
    dict
        As of `ferrotune.figures.page.maps.cell_quantities`; there is no polarization.
    """
    fields = []
    for name, unit, of in zip(channels, units, spectra, strict=True):
        maps = {"mean": (of.mean(axis=1), unit), "range": (np.ptp(of, axis=1), unit)}
        if is_loop(axis):
            maps = {"area of the loop": (area(axis, of), "")} | maps
        for what, (values, of_unit) in maps.items():
            words = {"label": f"{name}: {what}", "unit": of_unit, "colours": "sequential"}
            fields.append(quantity(pack, f"{name} {what}", values, words))
    return {"polarization": None, "fields": fields}


def packed_spectra(pack, axis, spectra, words):
    """Pack the spectra of the first channel, so that the page can average those of each label of any trial.

    Parameters
    ----------
    pack : Pack
    axis : (step,) float
    spectra : (site, step) float
    words : dict with channels, channel_units, axis_name, axis_unit

    Returns
    -------
    dict
        `array`, its `scale` and `offset`, `axis` (list of float), and the labels of both axes.
    """
    every = max(1, -(-spectra.size // MOST_NUMBERS))
    numbers, scale, offset = quantised(spectra[:, ::every])
    labels = [axis_label(words["axis_name"], words["axis_unit"])]
    labels.append(axis_label(words["channels"][0], words["channel_units"][0]))
    return {
        "array": pack.add("spectra", numbers),
        "scale": scale,
        "offset": offset,
        "axis": [float(f"{value:.6g}") for value in axis[::every]],
        "closed": is_loop(axis),
        "labels": labels,
    }


def packed_betas(pack, name, stored, attributes):
    """Pack the loops along the leading latent variable at each beta.

    Parameters
    ----------
    pack : Pack
    name : str, of the pipeline
    stored, attributes : arrays and attributes of betas.zarr

    Returns
    -------
    dict
        `array` (beta, point, step) in the pack, with `scale`, `offset`, `axis`, labels of both axes, `points`; `rows`:
        for each beta its value, whether it is that of the selected trial, and what the variable says (nats).
    """
    numbers, scale, offset = quantised(stored["traversal"][:, 0])
    says = zip(stored["beta"].tolist(), stored["divergence"][:, 0].tolist(), strict=True)
    rows = [{"beta": b, "own": b == attributes["own_beta"], "divergence": float(f"{d:.3g}")} for b, d in says]
    return {
        "array": pack.add(f"{name} betas", numbers),
        "scale": scale,
        "offset": offset,
        "axis": [float(f"{value:.6g}") for value in stored["axis_values"]],
        "labels": attributes["labels"],
        "points": numbers.shape[1],
        "rows": rows,
    }


def grid_facts(attributes, shape, sites, steps):
    """List the facts on a grid of spectra at the top of the page: (name, value), str.

    Parameters
    ----------
    attributes : dict of spectra.zarr, with `reference`, where this comes from
    shape : (rows, columns)
    sites, steps : int
    """
    step = attributes["pixel_size_pm"]
    bad = sum(attributes["interpolated"].values())
    facts = [("grid", f"{shape[0]} {TIMES} {shape[1]} sites"), ("sites in use", str(sites))]
    facts += [("step of the grid", f"{step / 1000:.4g} nm" if step else "unknown")]
    facts += [
        ("spectra", f"{steps} steps of {attributes['axis_name']}"),
        ("channels", ", ".join(attributes["channels"])),
    ]
    return [*facts, ("points interpolated", str(bad)), ("reference", attributes["reference"])]
