"""The front of a search and the selected trial: the knee, the user's choice, or the answer that there is none."""

from pathlib import Path

import numpy as np

from ferrotune.errors import InputError
from ferrotune.front import pareto
from ferrotune.front.answers import answer_of, caution_of, reason_of, summary_words, variation_of
from ferrotune.front.confidence import site_confidence, wall_confidence
from ferrotune.pipelines.pipeline import members_of
from ferrotune.pipelines.space_union import CHOICE
from ferrotune.segmentation.statuses import MOSTLY_KNOWN
from ferrotune.sites.raster import SAMPLES_PER_CELL, label_raster, raster_area, wall_map

EVIDENCE = "boundary_evidence"
LABELS = "label_evidence"
WALL_NUMBERS = ("wall_width", "wall_width_error", "wall_jump", "wall_jump_px", "wall_significance")


def usable_losses(table, objectives):
    """Losses (trial, objective) of a table of trials: smaller is better; NaN where a trial lacks one of the rewards.

    Rewards of walls have no value where no wall stands, see `ferrotune.rewards.score`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"curvature": [2.0, float("nan")], "length": [5.0, 4.0]})
    >>> usable_losses(table, {"curvature": "minimise", "length": "maximise"}).tolist()
    [[2.0, -5.0], [nan, nan]]
    """
    losses = pareto.losses(table[list(objectives)].to_numpy(float), list(objectives.values()))
    losses[np.isnan(losses).any(axis=1)] = np.nan
    return losses


def _deciding(table, objectives):
    """Name of the one reward that decides on the front, see `front_of`; None where all of them do."""
    if set(objectives) != {EVIDENCE, LABELS}:
        return None
    known = "known_share" in table and table["known_share"].max() >= MOSTLY_KNOWN
    return LABELS if known else EVIDENCE


def front_of(table, objectives):
    """The trials of a table that are on the Pareto front, with a column `knee` that marks the knee.

    With the two rewards of the judge, the knee is the trial with the largest `label_evidence`: our choice, made on the
    films that docs/truth.md names. Where the polarization is known at too few sites, each trial is judged by its own
    descriptors, and values of different ones do not compare: there, it is the trial with the largest
    `boundary_evidence`.

    Parameters
    ----------
    table : DataFrame, a row a trial with a column for each objective
    objectives : dict of reward name to direction

    Returns
    -------
    DataFrame, ordered by the first objective; empty where no trial is usable

    Examples
    --------
    >>> import pandas as pd
    >>> rewards = {"curvature": [0.10, 0.02, float("nan"), 0.05], "length": [9.0, 6.0, float("nan"), 8.5]}
    >>> table = pd.DataFrame({"trial": range(4), **rewards})
    >>> front = front_of(table, {"curvature": "minimise", "length": "maximise"})
    >>> front[["trial", "knee"]].values.tolist()
    [[1, False], [3, True], [0, False]]
    """
    losses = usable_losses(table, objectives)
    chosen = np.flatnonzero(pareto.front(losses))
    front = table.iloc[chosen].assign(knee=False)
    if len(front):
        by = _deciding(table, objectives)
        knee = pareto.knee(losses[chosen], pareto.best_and_worst(losses)) if by is None else int(front[by].argmax())
        front.iloc[knee, front.columns.get_loc("knee")] = True
    return front.sort_values(next(iter(objectives)), kind="stable")


def selected_trial(table, front, select):
    """Number of the selected trial, and how it was chosen.

    Parameters
    ----------
    table, front : DataFrame, all trials, and those on the front
    select : int or None, the trial that the user names

    Returns
    -------
    trial : int or None
    chosen_by : str or None
        "config": the user's choice. "knee": the knee of the front. "evidence": without a front, the trial with the
        largest `boundary_evidence`, whose map is then shown. None: no trial has two clusters.

    Raises
    ------
    InputError
        If the user's trial is not in the table.
    """
    if select is not None:
        if select not in set(table["trial"]):
            raise InputError(f"config: select: there is no trial {select}; there are 0 to {table['trial'].max()}")
        return select, "config"
    if len(front):
        return int(front.loc[front["knee"], "trial"].iloc[0]), "knee"
    if EVIDENCE in table and table[EVIDENCE].notna().any():
        return int(table.loc[table[EVIDENCE].idxmax(), "trial"]), "evidence"
    return None, None


def near_trials(table, objectives, trial, distance):
    """Numbers (list of int) of the trials near the front, which the selected trial is compared with.

    They are within `distance` of the front, as `ferrotune.front.pareto.distance_to_front` measures it. The selected
    trial itself is left out.
    """
    near = pareto.distance_to_front(usable_losses(table, objectives)) <= distance
    return table.loc[near & (table["trial"] != trial).to_numpy(), "trial"].tolist() if trial is not None else []


def parameters_of(table, trial):
    """The selected trial's row as a dict of JSON values; empty where there is none."""
    row = {} if trial is None else table.set_index("trial").loc[trial].to_dict()
    return {key: value if isinstance(value, str) or np.isfinite(value) else None for key, value in row.items()}


def setting_of(space, parameters):
    """Setting (dict) of a row (dict) of the table, with the values as the space has them; null is NaN in a table."""
    given = {name: None if parameters[name] != parameters[name] else parameters[name] for name in space.names}
    return {name: next(v for v in space.values(name) if v == given[name]) for name in space.names}


def selected_pipeline(config, parameters, descriptors):
    """Pipeline, setting and descriptor's store of a selected trial.

    Parameters
    ----------
    config : dict, a config's entry: a pipeline, or a choice among some
    parameters : dict, the trial's
    descriptors : list of paths, the stores of the entry's descriptors

    Returns
    -------
    Pipeline, setting (dict) of its space, path of its descriptor's store
    """
    own = members_of(config)[parameters.get(CHOICE, "")]
    store = next(path for path in descriptors if Path(path).stem == own.descriptor)
    return own, setting_of(own.space, parameters), store


def selected_arrays(found, sites):
    """Arrays of selected.zarr: sites, labels and walls of the selected trial.

    Parameters
    ----------
    found : dict, from `ferrotune.files.rounds.trial_arrays`, or None
        Without a selected trial all sites have one label, and there are no walls.
    sites : dict with yx (site, 2) px and site_raster (row, sample)

    Returns
    -------
    dict for `ferrotune.files.stores.write_store`
    """
    found = found or {
        "label": np.zeros(len(sites["yx"]), np.int8),
        "segments": np.empty((0, 2, 2), np.float32),
        "path_points": np.empty((0, 2), np.float32),
        "point_wall": np.empty(0, np.int32),
        "wall_closed": np.empty(0, bool),
        "wall_stands": np.empty(0, bool),
        **{name: np.empty(0, np.float32) for name in WALL_NUMBERS},
    }
    raster = label_raster(sites["site_raster"], found["label"])
    return {
        "yx": (("site", "axis"), sites["yx"]),
        "label": (("site",), found["label"]),
        "segments": (("segment", "end", "axis"), found["segments"]),
        "path_points": (("point", "axis"), found["path_points"]),
        "point_wall": (("point",), found["point_wall"]),
        **{name: (("wall",), found[name]) for name in ("wall_closed", "wall_stands", *WALL_NUMBERS)},
        "wall_map": (("y_sample", "x_sample"), wall_map(raster)),
    }


def confidence_arrays(rounds, selected, near, cell_px):
    """Confidence in the selected trial, from the trials near the front.

    Parameters
    ----------
    rounds : list of dict, the arrays of the rounds' stores
    selected : dict, from `selected_arrays`
    near : list of int, numbers of the trials
    cell_px : float

    Returns
    -------
    arrays : dict for `ferrotune.files.stores.write_store`
        confidence (site,), path_confidence (point,), wall_confidence (wall,), near_trial (near,).
    chance : dict of str to float or None
        chance and wall_chance: means of `confidence` and `path_confidence` if trials agreed by chance only.
    """
    label, points, wall, yx = (selected[name][1] for name in ("label", "path_points", "point_wall", "yx"))
    others, paths = [np.empty((0, len(label)), int)], []
    for stored in rounds:
        within = np.isin(stored["trial"], near)
        others.append(stored["labels"][within])
        paths += [stored["path_points"][stored["point_trial"] == trial] for trial in stored["trial"][within]]
    confidence, chance = site_confidence(label, np.concatenate(others))
    of_point, of_wall, wall_chance = wall_confidence(points, wall, paths, yx / cell_px)
    arrays = {
        "confidence": (("site",), confidence),
        "path_confidence": (("point",), of_point),
        "wall_confidence": (("wall",), of_wall),
        "near_trial": (("near",), np.array(near, np.int32)),
    }
    by_chance = {"chance": chance, "wall_chance": wall_chance}
    return arrays, {name: value if np.isfinite(value) else None for name, value in by_chance.items()}


def selected_attributes(table, chosen, verdict, arrays, sites, described, near, distance, chance):
    """Attributes of the selected trial's store.

    Parameters
    ----------
    table : DataFrame, the trials
    chosen : (trial, chosen_by), from `selected_trial`
    verdict : ferrotune.segmentation.statuses.Verdict of the selected trial, or None
    arrays : dict, from `selected_arrays`
    sites : dict with site_raster (row, sample)
    described : dict, attributes of the descriptor's store
    near : list of int, the trials that the selected one is compared with
    distance : float
        How near to the front these lie.
    chance : dict, from `confidence_arrays`

    Returns
    -------
    dict of JSON values
    """
    trial, by = chosen
    parameters = parameters_of(table, trial)
    standing, walls = int(arrays["wall_stands"][1].sum()), len(arrays["wall_stands"][1])
    answer = answer_of(variation_of(table, trial), standing)
    judged = verdict is None or verdict.judged
    return {
        "answer": answer,
        "answer_words": summary_words(answer, trial, standing, judged),
        "reason": reason_of(answer, variation_of(table, trial), verdict, standing, walls),
        "caution": caution_of(len(arrays["label"][1]), described.get("dropped_sites", 0)),
        "judged": judged,
        "trial": trial,
        "chosen_by": by,
        "parameters": parameters,
        "decided_share": float((arrays["label"][1] >= 0).mean()),
        **{name: described[name] for name in ("cell_px", "sites_per_cell", "pixel_size_pm")},
        "area_cells": raster_area(sites["site_raster"], SAMPLES_PER_CELL),
        "samples_per_cell": SAMPLES_PER_CELL,
        "near_trials": len(near),
        "near_distance": distance,
        **chance,
        "units": "yx: px; segments, path_points: unit cells from the image's first pixel, (y, x); wall_width: cells; "
        "wall_jump: 1 is the difference of the two clusters; wall_jump_px: px of polarization",
    }
