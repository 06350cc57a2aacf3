"""make replay: one trial of a finished run computed again, from the run's stores or from its crate, and compared.

The settings come from provenance.json and the proposals of the rounds, so that neither the config files nor the sample
sheet of the run are needed. Code is always that of this installation: of a crate, only data are read.
"""

import argparse
import json
import sys
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from ferrotune.errors import InputError
from ferrotune.files.packed_stores import has_group
from ferrotune.files.rounds import finished_trials, read_records, round_arrays, trial_arrays
from ferrotune.files.stores import read_store
from ferrotune.pipelines.parts import part
from ferrotune.rewards import REWARDS
from ferrotune.search.early_stopping import EarlierFront
from ferrotune.search.grouping import evaluate_round
from ferrotune.search.outcomes import Judging
from ferrotune.workflow.crate import unpacked
from ferrotune.workflow.environment import machine, packages
from ferrotune.workflow.progress import ENDED, latest_series
from ferrotune.workflow.segmentation_record import NAME, read_record

WALLS = ("path_points", "point_wall", "wall_closed", "wall_stands")


@dataclass(frozen=True)
class Comparison:
    """A trial that was computed again, beside what is stored of it.

    Attributes
    ----------
    trial : int
    sites, other_labels : int, sites of the trial; those whose label is another one
    walls : bool, whether paths and verdicts of its walls are the same bytes
    rewards : list of str, rewards that have another value
    selected : bool or None, whether the labels are those of selected.zarr; None for another trial than the selected
    """

    trial: int
    sites: int
    other_labels: int
    walls: bool
    rewards: list
    selected: bool | None

    @property
    def same(self):
        """Whether the labels are the same, bit for bit."""
        return self.other_labels == 0 and self.selected is not False


def _proposed(folder, trial):
    """Proposals (Path) of the round of a trial, and the trial's setting; InputError where there is no such trial."""
    last = -1
    for path in sorted(Path(folder, "rounds").glob("[0-9][0-9][0-9].json")):
        for one in json.loads(path.read_text())["trials"]:
            if one["trial"] == trial:
                return path, one["setting"]
            last = max(last, one["trial"])
    there = f"there are trials 0 to {last}" if last >= 0 else "there is no round"
    raise InputError(f"{folder}: there is no trial {trial}; {there}")


def _store(path):
    """Path of a store that must be there."""
    if not has_group(path):
        raise InputError(f"{path}: no such store; run the workflow again, or make the crate again")
    return path


def _described(image, name, config, scratch, log):
    """Store of a descriptor: that of the run or, where it was removed, made again in a scratch folder."""
    kept = image / "descriptors" / f"{name}.zarr"
    if has_group(kept):
        return kept
    log(f"{kept} is not there: it is made again from the image")
    descriptor, made = part("descriptor", name), Path(scratch, f"{name}.zarr")
    stores = {needed: str(_store(image / f"{needed}.zarr")) for needed in descriptor.NEEDS}
    options = {"sites": config["sites"], "subpixel": config["patches"]["subpixel"]}
    descriptor.write(str(made), stores, config["descriptors"][name], options, 1, _Quiet())
    return made


class _Quiet:
    """A log that keeps nothing: what a descriptor says of its sites was said in the run."""

    def info(self, *_):
        """Nothing."""

    warning = info


def _outcome(folder, proposals, numbered, config, scratch, log):
    """Outcome of a trial (number, setting), computed again as `evaluate` computes it."""
    image, before = folder.parent, sorted(path for path in proposals.parent.glob("[0-9][0-9][0-9].json"))
    before = before[: before.index(proposals)] if config["looks_back"] else []
    earlier = before, [path.with_suffix(".zarr") for path in before]
    stores = [_described(image, name, config, scratch, log) for name in config["descriptors"]]
    halves = [
        half for name in config["descriptors"] for half in sorted(image.glob(f"halves/?/descriptors/{name}.zarr"))
    ]
    cells, _ = read_store(_store(image / "cells.zarr"), "yx", "polarization", "lattice")
    keep_up = config["keep_up"]
    how = Judging(config["rate"], earlier=EarlierFront.of(read_records(*earlier), keep_up) if keep_up else None)
    rewards = [name for name in config["rewards"] if halves or "halves" not in REWARDS[name].needs]
    work = (config["pipeline"], [*stores, *halves], cells, rewards, config["seed"])
    (outcome,) = evaluate_round([numbered], *work, finished=finished_trials(*earlier), how=how)
    return outcome


def _as_stored(outcome):
    """Labels, walls (dict of arrays) and rewards (dict) of an outcome, as a round's store holds them."""
    arrays, attributes = round_arrays([outcome])
    arrays = {name: values for name, (_, values, *_) in arrays.items()}
    return trial_arrays(arrays, outcome.trial), dict(zip(attributes["rewards"], arrays["rewards"][0], strict=True))


def _stored(store, trial):
    """As `_as_stored`, of a round's store."""
    arrays, attributes = read_store(_store(store))
    row = np.flatnonzero(arrays["trial"] == trial)[0]
    return trial_arrays(arrays, trial), dict(zip(attributes["rewards"], arrays["rewards"][row], strict=True))


def replay(series, image, pipeline, trial=None, log=lambda line: None):
    """Compute a trial of a finished run again, and compare it with what is stored.

    Parameters
    ----------
    series : path of the results of a series
    image, pipeline : str
    trial : int, optional
        By default the one that is selected.
    log : function of a line (str), optional

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        For an image, pipeline or trial that is not there, and where a store is missing.
    """
    folder = Path(series, image, pipeline)
    record = read_record(folder)
    config = record["config"]
    trial = record["trial"] if trial is None else trial
    if trial is None:
        raise InputError(f"{folder}: no trial is selected; name one")
    proposals, setting = _proposed(folder, trial)
    with tempfile.TemporaryDirectory() as scratch, threadpool_limits(1):
        again, rewards = _as_stored(_outcome(folder, proposals, (trial, setting), config, scratch, log))
    before, had = _stored(proposals.with_suffix(".zarr"), trial)
    same = [np.array_equal(again[name], before[name], equal_nan=name == "path_points") for name in WALLS]
    chosen = None
    if trial == record["trial"]:
        kept = read_store(_store(folder / "selected.zarr"), "label")[0]["label"]
        chosen = np.array_equal(kept, again["label"])
    other = int(np.count_nonzero(before["label"] != again["label"]))
    changed = [name for name, value in rewards.items() if not np.array_equal(had[name], value, equal_nan=True)]
    return Comparison(trial, len(again["label"]), other, all(same), changed, chosen)


def differences(record):
    """What is not as it was when a record (dict, of `read_record`) was written: lines (list of str)."""
    here, there = packages(), record["packages"]
    changed = [f"{name} {there[name]} -> {here[name]}" for name in there if here.get(name, there[name]) != there[name]]
    lines = [f"packages: {', '.join(changed)}"] if changed else []
    now = machine()
    return lines + [f"{key}: {value} -> {now[key]}" for key, value in record["machine"].items() if now[key] != value]


def _words(found, where):
    """What a Comparison found, in a line."""
    if not found.same:
        return f"{where}: {found.other_labels} of {found.sites} labels are not those that are stored"
    others = ([] if found.walls else ["walls"]) + found.rewards
    rest = f", but not its {', '.join(others)}" if others else "; its walls and rewards too"
    return f"{where}: the same labels at all {found.sites} sites, bit for bit{rest}"


@contextmanager
def _series(chosen):
    """Folder of the series that the command line names: in a crate, by its folder, or the latest."""
    if chosen.crate:
        with unpacked(chosen.crate) as series:
            yield series
    else:
        yield Path(chosen.series or latest_series())


def main(arguments):
    """Read the command line, and replay."""
    parser = argparse.ArgumentParser(prog="make replay", description="Compute a trial again, and compare its labels.")
    parser.add_argument("image")
    parser.add_argument("pipeline")
    parser.add_argument("trial", nargs="?", type=int, help="number of the trial; else the selected one")
    parser.add_argument("--series", help="folder of the results, such as results/demo; else the latest")
    parser.add_argument("--crate", help="crate of a series (folder or zip) to read instead of its folder")
    chosen = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", message=f"Object at {ENDED}")  # zarr does not know what it is
    try:
        with _series(chosen) as series:
            found = replay(series, chosen.image, chosen.pipeline, chosen.trial, lambda line: print(line, flush=True))
            others = differences(read_record(Path(series, chosen.image, chosen.pipeline)))
    except InputError as error:
        sys.exit(f"ferrotune: {error}")
    print(_words(found, f"{chosen.image}, {chosen.pipeline}, trial {found.trial}"))
    if others:
        print(f"since {NAME} was written: " + "; ".join(others))
    sys.exit(0 if found.same else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
