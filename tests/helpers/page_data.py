"""Stores and tables of one image with two pipelines, drawn and not searched: what the page of an image is made from."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter
from skimage.measure import find_contours

from ferrotune.files.stores import write_store

PIPELINES = ("patch_gmm", "cell_gmm")
OBJECTIVES = {"boundary_evidence": "maximise", "label_evidence": "maximise"}
STATUSES = ["ok", "no_wall_stands", "one_cluster", "failed"]
TEST = "probability of its best wall on a null map"
FILES = ("trials.tsv", "front.tsv", "selected.zarr", "twins.json", "domains.tsv", "walls.tsv", "importance.tsv")
FILES += ("centroids.zarr",)
PAGE = Path(__file__).parents[2] / "scripts" / "templates" / "page"


def wall_place(pipeline, trial, side):
    """Place (cells) of the wall of a trial: x, which moves from a third to two thirds of the image."""
    return side * (0.3 + 0.08 * PIPELINES.index(pipeline) + 0.3 * (trial % 7) / 6)


def _field(place, trial, side, rng, texture):
    """Field (side, side) whose sign is the label; `texture` adds blobs, as the domains of a full-size image have."""
    x = np.arange(side) - place + 0.5
    blobs = gaussian_filter(rng.normal(size=(side, side)), 1.5 + trial % 5)
    return np.tanh(x / 2)[None, :] + texture * blobs / blobs.std()


def _resampled(path):
    """The line with points every quarter of a cell, as the workflow stores it."""
    along = np.append(0, np.cumsum(np.hypot(*np.diff(path, axis=0).T)))
    at = np.arange(0, along[-1], 0.25)
    return np.column_stack([np.interp(at, along, path[:, k]) for k in (0, 1)])


def _maps(pipeline, side, trials, texture):
    """Labels (trial, site), and a list over the trials of lists of wall paths (n, 2) in cells."""
    rng, labels, walls = np.random.default_rng(PIPELINES.index(pipeline)), [], []
    for trial in range(trials):
        field = _field(wall_place(pipeline, trial, side), trial, side, rng, texture)
        label = (field > 0).astype(np.int8) + 2 * (texture > 0) * (field > 1.2)
        label[np.abs(field) < 0.1] = -1
        labels.append(label.ravel())
        walls.append([_resampled(path + 0.5) for path in find_contours(field, 0.0) if len(path) > 5])
    return np.stack(labels).astype(np.int8), walls


def _round(labels, walls, stands, first):
    """Arrays of the store of one round."""
    trial = np.arange(first, first + len(labels), dtype=np.int32)
    counts = [len(of_trial) for of_trial in walls]
    paths = [path for of_trial in walls for path in of_trial]
    sizes = [len(path) for path in paths]
    wall_trial = np.repeat(trial, counts)
    of_wall = {
        "closed": np.zeros(len(paths), bool),
        "stands": np.repeat(stands, counts),
        "width": np.full(len(paths), 2.0, np.float32),
        "width_error": np.full(len(paths), 0.3, np.float32),
        "jump": np.ones(len(paths), np.float32),
        "jump_px": np.full(len(paths), 1.5, np.float32),
        "significance": np.where(np.repeat(stands, counts), 1e-5, 0.4).astype(np.float32),
    }
    number = np.array([n for count in counts for n in range(count)], np.int32)
    return {
        "trial": (("trial",), trial),
        "labels": (("trial", "site"), labels),
        "segments": (("segment", "end", "axis"), np.empty((0, 2, 2), np.float32)),
        "segment_trial": (("segment",), np.empty(0, np.int32)),
        "path_points": (("point", "axis"), np.concatenate([np.empty((0, 2)), *paths]).astype(np.float32)),
        "point_trial": (("point",), np.repeat(wall_trial, sizes)),
        "point_wall": (("point",), np.repeat(number, sizes)),
        "wall_trial": (("wall",), wall_trial),
        **{f"wall_{name}": (("wall",), values) for name, values in of_wall.items()},
    }


def _table(pipeline, stands, walls):
    number, count = PIPELINES.index(pipeline), len(stands)
    rng = np.random.default_rng(number)
    share = np.linspace(0, 1, count)
    evidence = {"boundary_evidence": 0.2 + 0.7 * share - 0.05 * number, "label_evidence": 0.9 - 0.6 * share**2}
    own = (
        {"w1": 1.0 + np.arange(count) % 4 / 2, "rank": 4}
        if pipeline == "patch_gmm"
        else {"radius": np.arange(count) % 3}
    )
    table = pd.DataFrame({"trial": range(count), "round": np.arange(count) // 10, **own})
    table["components"] = 2 + np.arange(count) % 3
    table["covariance"] = np.where(np.arange(count) % 2, "full", "spherical")
    for name, values in evidence.items():
        table[name] = values - 0.1 * rng.random(count) * (np.arange(count) % 2)
    table["n_walls"] = [len(w) if s else 0 for w, s in zip(walls, stands, strict=True)]
    table["status"] = np.where(stands, "ok", "no_wall_stands")
    table["test"], table["value"], table["limit"] = TEST, np.where(stands, 1e-5, 0.4), 0.025
    return table.assign(variation=0.5, known_share=1.0, decided_share=0.98, seconds=0.2, ari=0.9 * share, nmi=0.5)


def _selected(labels, walls, yx, trial, cell_px, pixel_size_pm):
    found = _round(labels[None], [walls], np.array([True]), trial)
    kept = {name: found[name] for name in found if name.startswith(("wall_", "path_", "point_wall", "segments"))}
    del kept["wall_trial"]
    count = len(walls)
    arrays = kept | {
        "yx": (("site", "axis"), yx),
        "label": (("site",), labels),
        "confidence": (("site",), np.linspace(0, 1, len(labels)).astype(np.float32)),
        "path_confidence": (("point",), np.full(len(found["point_wall"][1]), 0.8, np.float32)),
        "wall_confidence": (("wall",), np.full(count, 0.8, np.float32)),
        "near_trial": (("near",), np.array([0, 2], np.int32)),
    }
    words = {
        "answer": "walls",
        "answer_words": f"walls: trial {trial}, {count} walls",
        "reason": "all walls stand",
        "caution": "",
        "chosen_by": "knee",
    }
    near = {"near_trials": 2, "near_distance": 0.05, "chance": 0.3, "wall_chance": 0.1, "parameters": {}}
    return arrays, {
        "trial": trial,
        "cell_px": cell_px,
        "pixel_size_pm": pixel_size_pm,
        "sites_per_cell": 1,
        **words,
        **near,
    }


def _write_search(folder, pipeline, side, trials, yx, texture, known):
    """Stores and tables of one pipeline; every third trial has no wall that stands."""
    labels, walls = _maps(pipeline, side, trials, texture)
    stands = np.arange(trials) % 3 != 2
    for number, first in enumerate(range(0, trials, 10)):
        part = slice(first, first + 10)
        write_store(folder / "rounds" / f"{number:03d}.zarr", _round(labels[part], walls[part], stands[part], first))
    table = _table(pipeline, stands, walls)
    table.to_csv(folder / "trials.tsv", sep="\t", index=False, na_rep="nan")
    front = table[stands & (np.arange(trials) % 2 == 0)]
    knee = int(front["trial"].iloc[len(front) // 2])
    front.assign(knee=front["trial"] == knee).to_csv(folder / "front.tsv", sep="\t", index=False, na_rep="nan")
    write_store(folder / "selected.zarr", *_selected(labels[knee], walls[knee], yx, knee, *known.values()))
    _write_tables(folder, side)
    _write_centroids(folder, labels[knee], knee)
    (folder / "twins.json").write_text(json.dumps({"twin_ari": 0.9, "twin_wall_f1": 0.8, "null_walls": 1.0}))


def _write_tables(folder, side):
    """domains.tsv, walls.tsv and importance.tsv of a pipeline, with two domains and one wall."""
    p = {
        f"{name}_{unit}": value for name, value in (("p_y", -20.0), ("p_x", 20.0), ("p", 28.3)) for unit in ("px", "pm")
    }
    p |= {f"{name}_error_{unit}": 0.5 for name in ("p_y", "p_x", "p") for unit in ("px", "pm")}
    domain = {
        "area_cells": side**2 / 2,
        "area_nm2": 20.0,
        "p_cells": 99,
        "direction_deg": 45.0,
        "direction_error_deg": 1.0,
    }
    domains = pd.DataFrame([{"domain": n, "variant": n, **domain, **p, "direction_axes": "[1 1]"} for n in (0, 1)])
    domains.to_csv(folder / "domains.tsv", sep="\t", index=False)
    wall = {"wall": 0, "part": 0, "stands": 1, "variant_1": 0, "variant_2": 1, "type": "90", "type_3d": "71 or 109"}
    wall |= {"normal_h": 0.0, "normal_k": 1.0, "nearest_trace": "[1 0]", "charged": "neutral", "significance": 1e-5}
    wall |= dict.fromkeys(("length_nm", "width_nm", "p_jump_pm", "p_angle_deg", "charge", "length_cells"), 1.5)
    wall |= dict.fromkeys(("width_error_nm", "p_jump_error_pm", "p_angle_error_deg", "charge_error"), 0.1)
    pd.DataFrame([wall]).to_csv(folder / "walls.tsv", sep="\t", index=False)
    bars = [("boundary_evidence", "components", 0.8, True), ("boundary_evidence", "covariance", 0.1, True)]
    bars += [("status", "components", np.nan, False), ("status", "covariance", np.nan, False)]
    importance = pd.DataFrame(bars, columns=["target", "parameter", "importance", "known"])
    importance.assign(importance_error=0.05, r2=0.7, trials=20).to_csv(
        folder / "importance.tsv", sep="\t", index=False, na_rep="nan"
    )


def _write_centroids(folder, labels, knee):
    """centroids.zarr of the selected trial: bright above the middle in label 0, below it in label 1."""
    up = np.zeros((2, 9, 9), np.float32)
    up[0, 2, 4] = up[1, 6, 4] = 0.2
    arrays = {
        "patches": (("cluster", "y", "x"), up),
        "trial": (("cluster",), np.full(2, knee, np.int32)),
        "label": (("cluster",), np.arange(2, dtype=np.int8)),
        "count": (("cluster",), np.array([(labels == n).sum() for n in (0, 1)], np.int32)),
        "mean": (("mean_trial", "y", "x"), np.full((1, 9, 9), 0.5, np.float32)),
        "mean_trial": (("mean_trial",), np.array([knee], np.int32)),
        "window": (("mean_trial", "axis"), np.array([[9, 7]], np.int32)),
    }
    write_store(folder / "centroids.zarr", arrays, {"trials": [knee]})


def _cells(yx, cell_px, side):
    right = yx[:, 1] > side * cell_px / 2
    rng, count = np.random.default_rng(5), len(yx)
    p = np.column_stack([np.where(right, 1.5, -1.5), np.full(count, 1.5)]) + 0.2 * rng.normal(size=(count, 2))
    noise = {name: rng.normal(size=count) for name in ("a", "b", "alpha", "rotation")}
    a, b = cell_px * (1 + 0.01 * noise["a"]), cell_px * (1.03 + 0.01 * noise["b"])
    arrays = {"a": a, "b": b, "alpha": 90 + noise["alpha"], "rotation": noise["rotation"], "b_over_a": b / a}
    arrays = {name: (("cell",), values) for name, values in arrays.items()}
    arrays |= {
        "yx": (("cell", "axis"), yx),
        "polarization": (("cell", "axis"), p),
        "polarization_sigma": (("cell", "axis"), np.full((count, 2), 0.2)),
        "strain": (("cell", "component"), 0.01 * rng.normal(size=(count, 3))),
    }
    return arrays, right


def write_page_stores(folder, side=16, trials=6, cell_px=10.0, pixel_size_pm=39.5, texture=0.0):
    """Write the stores of an image of side x side unit cells, and of two pipelines with `trials` trials each.

    Returns
    -------
    dict
        The inputs of `scripts/explorer.py`. Trial t of each pipeline has a wall at `wall_place(t, side)` cells.
    """
    folder, known = Path(folder), {"cell_px": cell_px, "pixel_size_pm": pixel_size_pm}
    y, x = (np.indices((side, side)).reshape(2, -1) + 0.5) * cell_px
    yx = np.column_stack([y, x])
    size = round(side * cell_px)
    i, j = np.mgrid[:size, :size] / cell_px * 2 * np.pi
    image = (2 - np.cos(i) - np.cos(j) + np.random.default_rng(0).normal(size=(size, size))).astype(np.float32)
    write_store(
        folder / "image.zarr",
        {"image": (("y", "x"), image), "mask": (("y", "x"), np.ones((size, size), bool))},
        {"pixel_size_pm": pixel_size_pm, "sm_percent": 7.0},
    )
    columns = {"yx": (("column", "axis"), np.vstack([yx, yx - cell_px / 2]))}
    columns["sublattice"] = (("column",), np.repeat([0, 1], len(yx)).astype(np.int8))
    write_store(folder / "columns.zarr", columns, known)
    cells, right = _cells(yx, cell_px, side)
    write_store(folder / "cells.zarr", cells, known)
    reference = {"yx": (("cell", "axis"), yx), "label": (("cell",), right.astype(np.int16))}
    write_store(folder / "reference.zarr", reference, {"kind": "truth of the simulation"})
    for pipeline in PIPELINES:
        _write_search(folder / pipeline, pipeline, side, trials, yx, texture, known)
    inputs = {name: folder / f"{name}.zarr" for name in ("image", "columns", "cells", "reference")}
    inputs["page"] = sorted(PAGE.iterdir())
    for file in FILES:
        inputs[file.partition(".")[0]] = [folder / pipeline / file for pipeline in PIPELINES]
    return inputs | {"rounds": [sorted((folder / pipeline / "rounds").iterdir()) for pipeline in PIPELINES]}
