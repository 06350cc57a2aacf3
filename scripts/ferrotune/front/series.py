"""Facts for the summary of a series: a row for each image and pipeline."""

import numpy as np

from ferrotune.cells.unit_cells import noise_length
from ferrotune.files.rounds import stored_walls
from ferrotune.front import pareto
from ferrotune.front.selection import usable_losses
from ferrotune.front.trial_table import best_agreement
from ferrotune.segmentation.statuses import OK
from ferrotune.segmentation.wall_lengths import wall_lengths, walls_per_area


def image_facts(attributes, columns, cells, scan):
    """Facts of an image that are the same in any pipeline: lattice and polarization, in px and (if known) in pm.

    Parameters
    ----------
    attributes : dict of the image's store
    columns : dict with sublattice (column,)
    cells : dict with polarization, polarization_sigma (cell, 2), a, b (cell,) px and alpha (cell,) degrees
    scan : dict with scan_noise_px, attributes of the store of columns; empty where there are no columns

    Returns
    -------
    dict
    """
    pm = attributes["pixel_size_pm"] or np.nan
    mean_p = np.nanmean(np.hypot(*cells["polarization"].T)) if np.isfinite(cells["polarization"]).any() else np.nan
    sigma = cells["polarization_sigma"]
    floor = noise_length(*np.nanmedian(sigma, axis=0)) if np.isfinite(sigma).any() else np.nan
    scan_px = np.nan if (measured := scan.get("scan_noise_px")) is None else measured
    a, b, alpha = (np.median(cells[name]) if len(cells[name]) else np.nan for name in ("a", "b", "alpha"))
    return {
        "sm_percent": attributes["sm_percent"],
        "n_columns": len(columns["sublattice"]),
        "n_cells": len(cells["a"]),
        "mean_p_pm": mean_p * pm,
        "mean_p_px": mean_p,
        "noise_p_pm": floor * pm,
        "noise_p_px": floor,
        "scan_noise_pm": scan_px * pm,
        "scan_noise_px": scan_px,
        "a_pm": a * pm,
        "b_pm": b * pm,
        "a_px": a,
        "b_px": b,
        "alpha_deg": alpha,
    }


def wall_facts(selected, chosen):
    """Number of standing walls of the selected segmentation, their length per area, width, and number of variants.

    Parameters
    ----------
    selected, chosen : arrays and attributes of selected.zarr

    Returns
    -------
    dict
        n_walls (those that stand), n_boundaries (all that were traced), wall_width_cells (median),
        wall_density_per_cell (the reward `wall_density`, but 0 without walls), n_variants.
    """
    paths, closed = stored_walls(selected)
    stands = selected.get("wall_stands", np.ones(len(paths), bool))
    paths, closed = [path for path, standing in zip(paths, stands, strict=True) if standing], closed[stands]
    # stores of earlier versions lack the area: there each site stands for an equal part of a unit cell
    area = chosen.get("area_cells", len(selected["label"]) / chosen["sites_per_cell"])
    variants = len(np.unique(selected["label"][selected["label"] >= 0]))
    density = walls_per_area(wall_lengths(paths, closed), area)
    widths = selected.get("wall_width", np.full(len(stands), np.nan))[stands]
    width = float(np.nanmedian(widths)) if np.isfinite(widths).any() else np.nan
    facts = {"n_walls": len(paths), "n_boundaries": len(stands), "wall_width_cells": width}
    return facts | {"wall_density_per_cell": density, "n_variants": variants}


def confidence_facts(selected, chosen):
    """Number of trials that the selected segmentation is compared with, and its mean confidence.

    Parameters
    ----------
    selected, chosen : arrays and attributes of selected.zarr

    Returns
    -------
    dict
        near_trials, mean_confidence (over sites), mean_wall_confidence (over wall length); NaN without other trials.
    """
    means = {"mean_confidence": selected["confidence"], "mean_wall_confidence": selected["path_confidence"]}
    known = {name: values[np.isfinite(values)] for name, values in means.items()}
    found = {name: values.mean(dtype=float) if len(values) else np.nan for name, values in known.items()}
    return {"near_trials": chosen["near_trials"], **found}


def search_facts(table, front, objectives):
    """Facts of a search: numbers of trials, hypervolume, and the best agreement of a trial that decides most sites."""
    losses = usable_losses(table, objectives)
    return {
        "best_ari": best_agreement(table),
        "trials": len(table),
        "ok_trials": int((table["status"] == OK).sum()),
        "front_size": len(front),
        "hypervolume": pareto.hypervolume(losses, pareto.best_and_worst(losses)),
    }


def search_end(trials, planned):
    """Why a search ended, by the numbers of its trials and of those that were planned: "trials" or "standstill".

    Only a search that ends by itself (`search.trials: auto`) has fewer trials than were planned.
    """
    return "standstill" if trials < planned else "trials"
