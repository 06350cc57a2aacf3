"""Stores of the rounds of a search: trials to arrays, and back to records, labels and walls."""

import json
import math
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np

from ferrotune.errors import InputError
from ferrotune.files.packed_stores import has_group
from ferrotune.files.stores import add_group, read_store, write_store
from ferrotune.segmentation.statuses import STATUSES

RING_GAP = 0.5  # cells; in a store without `wall_closed`, a wall whose ends are nearer is a ring (points: 0.25 apart)


NUMBERS = ("value", "limit", "variation", "known_share")  # of each trial
VERDICTS = ("stands", "width", "width_error", "jump", "jump_px", "significance")


def _of_walls(outcomes, name):
    """One verdict of the walls of all outcomes, (wall,)."""
    values = np.concatenate([getattr(o.wall_verdicts, name) for o in outcomes])
    return values if values.dtype == bool else values.astype(np.float32)


def round_arrays(outcomes):
    """Arrays (dict for `write_store`) and attributes of a round's outcomes, ordered by trial.

    All outcomes must have the same rewards. Walls have different lengths: `segments` (segment, end, yx) and
    `path_points` (point, yx) stand one after another, in cells from the image's first pixel, each with the trial
    (and the wall) that it belongs to. `wall_closed` (wall,) tells which walls are rings, `wall_trial` whose they are.
    """
    outcomes = sorted(outcomes, key=lambda o: o.trial)
    names = list(outcomes[0].rewards)
    trial = np.array([o.trial for o in outcomes], np.int32)
    segments = [o.walls.segments for o in outcomes]
    paths = [path for o in outcomes for path in o.walls.paths]
    wall = np.array([wall for o in outcomes for wall in range(len(o.walls.paths))], np.int32)
    count, walls = np.array([len(path) for path in paths], int), [len(o.walls.paths) for o in outcomes]
    arrays = {
        "trial": (("trial",), trial),
        "labels": (("trial", "site"), np.stack([o.labels for o in outcomes])),
        "rewards": (("trial", "reward"), np.array([[o.rewards[name] for name in names] for o in outcomes])),
        "status": (("trial",), np.array([STATUSES.index(o.status) for o in outcomes], np.int8)),
        "seconds": (("trial",), np.array([o.seconds for o in outcomes], np.float32)),
        "segments": (("segment", "end", "axis"), np.concatenate(segments).astype(np.float32)),
        "segment_trial": (("segment",), np.repeat(trial, [len(of_trial) for of_trial in segments])),
        "path_points": (("point", "axis"), np.concatenate([np.empty((0, 2)), *paths]).astype(np.float32)),
        "point_trial": (("point",), np.repeat(np.repeat(trial, walls), count)),
        "point_wall": (("point",), np.repeat(wall, count)),
        "wall_closed": (("wall",), np.array([ring for o in outcomes for ring in o.walls.closed], bool)),
        "wall_trial": (("wall",), np.repeat(trial, walls)),
        **{f"wall_{name}": (("wall",), _of_walls(outcomes, name)) for name in VERDICTS},
        "value": (("trial",), np.array([o.verdict.value for o in outcomes], np.float32)),
        "limit": (("trial",), np.array([o.verdict.limit for o in outcomes], np.float32)),
        "variation": (("trial",), np.array([o.variation for o in outcomes], np.float32)),
        "known_share": (("trial",), np.array([o.known_share for o in outcomes], np.float32)),
    }
    attributes = {
        "rewards": names,
        "statuses": list(STATUSES),
        "tests": {str(o.trial): o.verdict.test for o in outcomes if o.verdict.test},
        "reasons": {str(o.trial): o.reason for o in outcomes if o.reason},
        "lengths": "unit cells from the image's first pixel, (y, x)",
    }
    return arrays, attributes


def _checkpoint_path(store, trial):
    return Path(store, "checkpoints", str(trial))


def write_checkpoints(store, outcomes):
    """Write the checkpoints of a round's trials into groups of its store, checkpoints/<trial>."""
    trained = {o.trial: o.checkpoint for o in outcomes if o.checkpoint is not None}
    if trained:
        add_group(store, "checkpoints")
    for trial, (arrays, attributes) in trained.items():
        arrays = {
            name: (
                [f"{name}.{axis}" for axis in range(a.ndim)],
                a,
                {"units": "1", "long_name": f"of the network: {name}"},
            )
            for name, a in arrays.items()
        }
        write_store(_checkpoint_path(store, trial), arrays, attributes)


def _checkpoint_of(rounds, trial):
    """Path of a trial's checkpoint in one of the rounds' stores; None where there is none."""
    return next((path for store in rounds if has_group(path := _checkpoint_path(store, trial))), None)


def read_checkpoint(rounds, trial):
    """Checkpoint (arrays by name, attributes) of a trial, from the rounds' stores; None where there is none."""
    path = _checkpoint_of(rounds, trial)
    return None if path is None else read_store(path)


def finished_trials(proposals, rounds):
    """Trials of some rounds that have a checkpoint: dict of number to the setting and a function that reads it."""
    records = read_records(proposals, rounds)
    left = [(r["trial"], r["setting"]) for r in records if _checkpoint_of(rounds, r["trial"])]
    return {trial: (setting, partial(read_checkpoint, rounds, trial)) for trial, setting in left}


def _wall_counts(arrays):
    """Number of standing walls (dict) of each trial in a round's arrays; in older stores, of all its walls."""
    if "wall_stands" in arrays:
        return Counter(arrays["wall_trial"][arrays["wall_stands"]].tolist())
    trial, wall = arrays["point_trial"], arrays["point_wall"]
    first = np.append(True, (np.diff(trial) != 0) | (np.diff(wall) != 0))[: len(trial)]
    return Counter(trial[first].tolist())


def _looks_closed(path):
    """Whether the ends of a path (m, 2) are so near to each other that it must be a ring."""
    return len(path) > 8 and bool(np.hypot(*(path[-1] - path[0])) <= RING_GAP)


def stored_walls(stored):
    """Walls of one segmentation, from the arrays of selected.zarr or from those of `trial_arrays`.

    Stores that were written before `wall_closed` was kept do not say which walls are rings. There, and only here,
    a wall is taken for a ring if its ends are within `RING_GAP` of each other.

    Parameters
    ----------
    stored : dict with path_points (point, 2), point_wall (point,) and, in newer stores, wall_closed (wall,)

    Returns
    -------
    paths : list of (m, 2) float
        Points of each wall in order, cells, by rising number of the wall; a ring does not repeat its first point.
    closed : (wall,) bool
        Whether each wall is a ring.
    """
    walls = [stored["point_wall"] == wall for wall in np.unique(stored["point_wall"])]
    paths = [stored["path_points"][of_wall] for of_wall in walls]
    closed = stored["wall_closed"] if "wall_closed" in stored else [_looks_closed(path) for path in paths]
    return paths, np.array(closed, bool)


def trial_arrays(stored, trial):
    """Labels and walls of one trial.

    Parameters
    ----------
    stored : dict, the arrays of the round's store
    trial : int, one of its trials

    Returns
    -------
    dict
        label (site,), segments (segment, 2, 2), path_points (point, 2), point_wall (point,), and of each wall (wall,)
        wall_closed, wall_stands, wall_width, wall_width_error, wall_jump, wall_jump_px, wall_significance.
    """
    of_point = stored["point_trial"] == trial
    found = {
        "label": stored["labels"][np.flatnonzero(stored["trial"] == trial)[0]],
        "segments": stored["segments"][stored["segment_trial"] == trial],
        "path_points": stored["path_points"][of_point],
        "point_wall": stored["point_wall"][of_point],
    }
    if "wall_trial" in stored:
        own = stored["wall_trial"] == trial
        names = ("wall_closed", *(f"wall_{name}" for name in VERDICTS))
        found |= {name: stored[name][own] for name in names if name in stored}
    closed = stored_walls(found)[1]
    # walls of stores without verdicts were not judged: all count
    unjudged = {f"wall_{name}": np.full(len(closed), np.nan, np.float32) for name in VERDICTS[1:]}
    return {"wall_stands": np.ones(len(closed), bool), **unjudged, **found, "wall_closed": closed}


def read_labels(rounds, trials):
    """Labels of some trials from the stores of their rounds.

    Parameters
    ----------
    rounds : list of paths of the rounds' stores, one or more
    trials : iterable of int, numbers of trials

    Returns
    -------
    (trial, site) int8
        A row for each of `trials`, in their order.

    Raises
    ------
    InputError
        If the stores lack one of the trials.
    """
    stores = [read_store(store, "trial", "labels")[0] for store in rounds]
    number, labels = (np.concatenate([stored[name] for stored in stores]) for name in ("trial", "labels"))
    row = {trial: i for i, trial in enumerate(number.tolist())}
    missing = [trial for trial in trials if trial not in row]
    if missing:
        raise InputError(f"{rounds[-1]}: no round up to this one holds trial {missing[0]}; run the search again")
    return labels[[row[trial] for trial in trials]]


def has_ended(path):
    """Whether a search ended after the round whose NNN.standstill.json is at a path."""
    return json.loads(Path(path).read_text())["ended"]


def read_records(proposals, rounds):
    """Trials of some rounds, in the order in which they were proposed.

    Parameters
    ----------
    proposals : list of paths of the rounds' JSON
    rounds : list of paths of the rounds' stores

    Returns
    -------
    list of dict
        trial, round, setting, rewards (dict), n_walls (those that stand), status, the test that decided it with its
        value and its limit, variation, known_share, reason, seconds.
    """
    records = []
    for proposal, store in zip(proposals, rounds, strict=True):
        with open(proposal) as file:
            proposed = json.load(file)
        arrays, attributes = read_store(store)
        walls = _wall_counts(arrays)
        row = {int(trial): i for i, trial in enumerate(arrays["trial"])}
        for trial in proposed["trials"]:
            i = row[trial["trial"]]
            records.append(
                {
                    "trial": trial["trial"],
                    "round": proposed["round"],
                    "setting": trial["setting"],
                    "rewards": dict(zip(attributes["rewards"], arrays["rewards"][i].tolist(), strict=True)),
                    "n_walls": walls[trial["trial"]],
                    "status": attributes["statuses"][arrays["status"][i]],
                    "test": attributes.get("tests", {}).get(str(trial["trial"]), ""),
                    **{name: float(arrays[name][i]) if name in arrays else math.nan for name in NUMBERS},
                    "reason": attributes["reasons"].get(str(trial["trial"]), ""),
                    "seconds": float(arrays["seconds"][i]),
                }
            )
    return records
