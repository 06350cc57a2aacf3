"""Summarise a series: a row for each image and pipeline."""

import numpy as np
import pandas as pd

from ferrotune import pareto
from ferrotune.columns import A, B
from ferrotune.guards import OK
from ferrotune.jobs import job
from ferrotune.stores import read_store

SCORES = ("ari", "nmi", "correlation", "wall_f1")


def image_facts(image_store, columns_store, cells_store):
    """What holds for an image in any pipeline: its lattice and polarization, in px and (if known) in pm."""
    _, attributes = read_store(image_store, "mask")
    columns, _ = read_store(columns_store, "sigma_yx", "sublattice")
    cells, _ = read_store(cells_store, "polarization", "a", "b", "alpha")
    pm = attributes["pixel_size_pm"] or np.nan
    mean_p = (
        np.nanmean(np.hypot(*cells["polarization"].T)) if np.isfinite(cells["polarization"]).any() else np.nan
    )
    of_a, of_b = (np.nanmedian(columns["sigma_yx"][columns["sublattice"] == k]) for k in (A, B))
    # mean length of a vector of noise alone (Rayleigh), with the error of a B column and of four A columns
    floor = np.hypot(of_b, of_a / 2) * np.sqrt(np.pi / 2)
    return {
        "sm_percent": attributes["sm_percent"],
        "n_columns": len(columns["sublattice"]),
        "n_cells": len(cells["a"]),
        "mean_p_pm": mean_p * pm,
        "mean_p_px": mean_p,
        "noise_p_pm": floor * pm,
        "noise_p_px": floor,
        "a_pm": np.median(cells["a"]) * pm,
        "b_pm": np.median(cells["b"]) * pm,
        "a_px": np.median(cells["a"]),
        "b_px": np.median(cells["b"]),
        "alpha_deg": np.median(cells["alpha"]),
    }


def wall_facts(selected, sublattice):
    """Of the selected segmentation: number of walls, their length per area (1/cell), number of variants."""
    paths = [
        selected["path_points"][selected["point_wall"] == wall] for wall in np.unique(selected["point_wall"])
    ]
    length = sum(np.hypot(*np.diff(path, axis=0).T).sum() for path in paths)
    # a unit cell has one column of each sublattice that sites are taken from
    cells = len(selected["column"]) / len(np.unique(sublattice[selected["column"]]))
    variants = len(np.unique(selected["label"][selected["label"] >= 0]))
    return {"n_walls": len(paths), "wall_density_per_cell": length / cells, "n_variants": variants}


def search_facts(table, front, objectives, guarded):
    """What came of a search: counts, hypervolume, and the best agreement of any of its trials."""
    losses = pareto.losses(table[list(objectives)].to_numpy(float), list(objectives.values()))
    ok = (table["status"] == OK).to_numpy()
    losses[~ok & guarded] = np.nan
    return {
        "best_ari": table["ari"].max(),
        "trials": len(table),
        "ok_trials": int(ok.sum()),
        "front_size": len(front),
        "hypervolume": pareto.hypervolume(losses),
    }


def list_runs(inputs, images, pipelines):
    """Paths (list of dict) of each image and pipeline, from lists over images, or over both."""
    runs = []
    for i, image in enumerate(images):
        stores = {name: inputs[name][i] for name in ("image", "columns", "cells")}
        for j, pipeline in enumerate(pipelines, start=i * len(pipelines)):
            found = {name: inputs[name][j] for name in ("selected", "trials", "front")}
            runs.append({"names": {"image": image, "pipeline": pipeline}} | stores | found)
    return runs


def main(runs, output, objectives, guarded, series, log_path):
    """Write summary.tsv; `runs` are those of `list_runs`."""
    with job(log_path, f"series {series}") as log:
        rows = []
        for run in runs:
            facts = image_facts(run["image"], run["columns"], run["cells"])
            selected, chosen = read_store(run["selected"])
            sublattice = read_store(run["columns"], "sublattice")[0]["sublattice"]
            table, front = (pd.read_csv(run[name], sep="\t") for name in ("trials", "front"))
            row = run["names"] | {"answer": chosen["answer"], "trial": chosen["trial"]} | facts
            row |= {name: chosen["parameters"].get(name) for name in objectives}
            row |= wall_facts(selected, sublattice)
            row |= {name: chosen["parameters"].get(name) for name in SCORES}
            rows.append(row | search_facts(table, front, objectives, guarded))
            log.info("%s, %s: %s", *run["names"].values(), chosen["answer"])
        summary = pd.DataFrame(rows).astype({"trial": "Int64"})
        summary.to_csv(output, sep="\t", index=False, na_rep="nan", float_format="%.6g")


if __name__ == "__main__":
    main(
        runs=list_runs(dict(snakemake.input.items()), snakemake.params.images, snakemake.params.pipelines),
        output=snakemake.output[0],
        objectives=snakemake.params.objectives,
        guarded=snakemake.params.guarded,
        series=snakemake.params.series,
        log_path=snakemake.log[0],
    )
