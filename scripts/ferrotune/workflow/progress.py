"""How far the searches of a series are, from its results folder alone, while the workflow runs.

Only complete stores are read: Snakemake leaves a time stamp in the folder of a store when its job has ended.
"""

import warnings
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import count, takewhile
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from ferrotune.errors import InputError
from ferrotune.files.rounds import read_records
from ferrotune.front import pareto
from ferrotune.front.selection import usable_losses
from ferrotune.segmentation.statuses import OK
from ferrotune.workflow.benchmarks import benchmark_of
from ferrotune.workflow.case import read_case
from ferrotune.workflow.config_files import KEPT

ENDED = ".snakemake_timestamp"
SO_FAR = ".so_far"  # ending of the series that holds what was made of unfinished searches
SCHEMAS = Path(__file__).parents[3] / "config" / "schemas"
STAGES = (("image.zarr", "columns"), ("columns.zarr", "unit cells"), ("cells.zarr", "descriptors"))  # store, next


@dataclass(frozen=True)
class Progress:
    """How far the search of an image by a pipeline is.

    Attributes
    ----------
    image, pipeline : str
    rounds, trials : pair of int, done and planned
    ok : int, trials with a standing wall
    hypervolumes : list of float, after each complete round, all in the box of the trials so far
    spent, left : float, s of the complete rounds; expected of the others, NaN while none is complete
    now : str, what is done at the moment
    """

    image: str
    pipeline: str
    rounds: tuple
    trials: tuple
    ok: int
    hypervolumes: list
    spent: float
    left: float
    now: str


def is_complete(store):
    """Whether the store at a path is there and its job has ended."""
    return Path(store, ENDED).is_file()


def complete_rounds(folder):
    """Stores (list of Path) of the complete rounds of a search, from the first up to the first that is missing.

    Parameters
    ----------
    folder : path of the results of a pipeline
    """
    return list(takewhile(is_complete, (Path(folder, "rounds", f"{number:03d}.zarr") for number in count())))


def latest_series(results="results"):
    """Folder (Path) of the series that ran last; InputError where there is none."""
    kept = sorted(Path(results).glob(f"*/{KEPT}"), key=lambda path: path.stat().st_mtime)
    kept = [path for path in kept if path.parent.suffix != SO_FAR]
    if not kept:
        raise InputError(f"{results}: no series has begun here; start a run, or name the folder of its results")
    return kept[-1].parent


def kept_config(series):
    """The config (dict) of the last run of a series (path of its results); InputError where there is none."""
    path = Path(series, KEPT)
    if not path.is_file():
        raise InputError(f"{path}: no such file; name the folder of a series that was started, such as results/demo")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def _records_of(store, ended):
    """Trials of a complete round (list of dict) that ended at a time; a store is written once."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=f"Object at {ENDED}")  # zarr does not know what it is
        return read_records([store.with_suffix(".json")], [store])


def _ended(store):
    """When (s since the epoch) the job of a complete store ended."""
    return Path(store, ENDED).stat().st_mtime


def _seconds(folder, number):
    """Wall time (s) of a round: its proposal and its evaluation."""
    used = [benchmark_of(folder, f"{rule}.{number:03d}") for rule in ("suggest", "evaluate")]
    return sum(float(of.get("s", 0.0)) for of in used)


def _hypervolumes(records, ends, objectives):
    """Hypervolume (list of float) after the first n records, for each n of `ends`."""
    table = pd.DataFrame([record["rewards"] for record in records])
    losses = usable_losses(table, objectives)
    if not np.isfinite(losses).all(axis=1).any():
        return [0.0] * len(ends)
    history = pareto.hypervolume_history(losses, pareto.best_and_worst(losses))
    return [float(history[end - 1]) for end in ends]


def _standstill(folder, number):
    """Path of what was said of a search after a round (str), None where nothing is said yet."""
    path = Path(folder, "rounds", f"{number}.standstill.json")
    return path if path.is_file() else None


def _now(image, pipeline, rounds):
    """What is done at the moment: a stage before the search, the search, or what follows."""
    if rounds[0] == rounds[1]:
        selected, page = pipeline / "selected.zarr", image / "explorer.html"
        if not is_complete(selected) or _ended(selected) < _ended(complete_rounds(pipeline)[-1]):
            return "front"
        return "done" if page.is_file() and page.stat().st_mtime >= _ended(selected) else "figures, page"
    begun = "search" if rounds[0] or (pipeline / "rounds" / "000.json").is_file() else "descriptors"
    waits = [stage for store, stage in STAGES if is_complete(image / store)]
    return begun if begun == "search" else (waits or ["image"])[-1]


def _of_search(case, series, image, pipeline):
    """Progress of one search; its `left` is still NaN."""
    folder = Path(series, image, pipeline)
    planned = case.rounds_to(pipeline, partial(_standstill, folder))
    stores = complete_rounds(folder)[: len(planned)]
    records, ends, spent = [], [], 0.0
    for number, store in enumerate(stores):
        records += _records_of(store, _ended(store))
        ends.append(len(records))
        spent += _seconds(folder, number)
    rounds = (len(stores), len(planned))
    trials = min(case.trials[pipeline], len(planned) * case.searches[pipeline]["batch"])
    return Progress(
        image,
        pipeline,
        rounds,
        (min(len(records), trials), trials),
        sum(record["status"] == OK for record in records),
        _hypervolumes(records, ends, case.config["objectives"]) if records else [],
        spent,
        np.nan,
        _now(Path(series, image), folder, rounds),
    )


def series_progress(series):
    """How far each search of a series is.

    Parameters
    ----------
    series : path of the results of a series that was started

    Returns
    -------
    list of Progress
        `left` is expected from the mean time of a round of the same pipeline, in any image; of the trials of a first
        round nothing is expected.

    Raises
    ------
    InputError
        Where no run has begun there, or its config or sample sheet cannot be used any more.
    """
    case = read_case(kept_config(series), SCHEMAS)
    found = [_of_search(case, series, image, pipeline) for image in case.images for pipeline in case.trials]
    done = {pipeline: [one for one in found if one.pipeline == pipeline] for pipeline in case.trials}
    mean = {p: sum(o.spent for o in of) / max(sum(o.rounds[0] for o in of), 1) for p, of in done.items()}
    known = {p for p, of in done.items() if any(one.rounds[0] for one in of)}
    return [
        replace(one, left=mean[one.pipeline] * (one.rounds[1] - one.rounds[0])) if one.pipeline in known else one
        for one in found
    ]


def time_left(found, series, now):
    """Expected seconds until all searches end, at the rate of this run so far; NaN where it is not known yet.

    Parameters
    ----------
    found : list of Progress
    series : path of the results
    now : float, s since the epoch
    """
    started = Path(series, KEPT).stat().st_mtime
    work, begun = 0.0, now
    for one in found:
        folder = Path(series, one.image, one.pipeline)
        for number, store in enumerate(complete_rounds(folder)[: one.rounds[1]]):
            if (ended := _ended(store)) > started:
                seconds = _seconds(folder, number)
                work, begun = work + seconds, min(begun, ended - seconds)
    left = sum(one.left for one in found if one.rounds[0] < one.rounds[1])
    if left == 0:
        return 0.0
    return left * (now - begun) / work if work else float("nan")
