"""Records of a round: trials to the arrays of its store, and back."""

import json
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np

from ferrotune.files.stores import add_group, read_store, write_store
from ferrotune.segmentation.guards import STATUSES


def round_arrays(outcomes):
    """Arrays (dict for `write_store`) and attributes of a round's outcomes, by trial; all have the same rewards.

    Walls are ragged: `segments` (segment, end, yx) and `path_points` (point, yx) in cells from the image's
    first pixel, each with the trial (and the wall) that it belongs to.
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
    }
    attributes = {
        "rewards": names,
        "statuses": list(STATUSES),
        "reasons": {str(o.trial): o.reason for o in outcomes if o.reason},
        "lengths": "unit cells from the image's first pixel, (y, x)",
    }
    return arrays, attributes


def _checkpoint_path(store, trial):
    return Path(store, "checkpoints", str(trial))


def write_checkpoints(store, outcomes):
    """Keep what the trials of a round trained in groups of its store, checkpoints/<trial>."""
    trained = {o.trial: o.checkpoint for o in outcomes if o.checkpoint is not None}
    if trained:
        add_group(store, "checkpoints")
    for trial, (arrays, attributes) in trained.items():
        arrays = {name: ([f"{name}.{axis}" for axis in range(a.ndim)], a) for name, a in arrays.items()}
        write_store(_checkpoint_path(store, trial), arrays, attributes)


def _checkpoint_of(rounds, trial):
    """Path of a trial's checkpoint in one of the rounds' stores; None where there is none."""
    return next((path for store in rounds if (path := _checkpoint_path(store, trial)).is_dir()), None)


def read_checkpoint(rounds, trial):
    """Checkpoint (arrays by name, attributes) of a trial, from the rounds' stores; None where there is none."""
    path = _checkpoint_of(rounds, trial)
    return None if path is None else read_store(path)


def finished_trials(proposals, rounds):
    """Trials of some rounds that left a checkpoint: dict of number to its setting and a function that reads it."""
    records = read_records(proposals, rounds)
    left = [(r["trial"], r["setting"]) for r in records if _checkpoint_of(rounds, r["trial"])]
    return {trial: (setting, partial(read_checkpoint, rounds, trial)) for trial, setting in left}


def _wall_counts(arrays):
    """Walls of each trial (int by number) of a round's arrays, whose points stand wall after wall."""
    trial, wall = arrays["point_trial"], arrays["point_wall"]
    first = np.append(True, (np.diff(trial) != 0) | (np.diff(wall) != 0))[: len(trial)]
    return Counter(trial[first].tolist())


def read_records(proposals, rounds):
    """Trials of some rounds, in order.

    Parameters
    ----------
    proposals : list of paths of the rounds' JSON
    rounds : list of paths of the rounds' stores

    Returns
    -------
    list of dict
        trial, round, setting, rewards (dict), n_walls, status, reason, seconds.
    """
    records = []
    for proposal, store in zip(proposals, rounds, strict=True):
        with open(proposal) as file:
            proposed = json.load(file)
        names = ("trial", "rewards", "status", "seconds", "point_trial", "point_wall")
        arrays, attributes = read_store(store, *names)
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
                    "reason": attributes["reasons"].get(str(trial["trial"]), ""),
                    "seconds": float(arrays["seconds"][i]),
                }
            )
    return records
