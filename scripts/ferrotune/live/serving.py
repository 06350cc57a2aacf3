"""The setting that serves: that of the last image, that of a search, or the best of a few first ones."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ferrotune.figures.wording import describe
from ferrotune.files.stores import read_store
from ferrotune.front.answers import summary_words
from ferrotune.front.selection import selected_pipeline
from ferrotune.pipelines.pipeline import Pipeline, members_of, trains
from ferrotune.search.proposals import suggest
from ferrotune.workflow.progress import ENDED, is_complete

# Settings that are tried where none has served yet: evenly distributed over the space, as a search begins. Ours, by
# time: six take a sixth of what a full-size image takes in all. The search that follows in the background tries more.
FIRST_LOOK = 6
FAST = "cells"  # descriptor of the pipeline of the first look: two numbers a site, where a patch has a thousand
EVIDENCE = "label_evidence"


@dataclass(frozen=True)
class Serving:
    """A setting that serves for the next image.

    pipeline : str, its name in the config
    own : ferrotune.pipelines.pipeline.Pipeline; of a choice, the one that is chosen
    setting : dict
    origin : str, in words: "first look at film_1", "search of film_1"
    """

    pipeline: str
    own: Pipeline
    setting: dict
    origin: str

    def words(self, cell_px):
        """The setting in words, with its pipeline."""
        return f"{self.pipeline}: {', '.join(describe(self.setting, cell_px))}"


@dataclass(frozen=True)
class Found:
    """What the search of an image selected in one of its pipelines.

    serving : Serving, to serve for other images
    evidence : float, its `label_evidence` on the image of the search
    folder : Path of the pipeline's results
    answer : str, in words
    """

    serving: Serving
    evidence: float
    folder: Path
    answer: str


def first_pipeline(entries):
    """Name of the pipeline of the first look: the one that describes by `cells`, else the first that trains nothing.

    Parameters
    ----------
    entries : dict of pipeline name to its entry in the config

    Returns
    -------
    str or None
        None where all pipelines train a model.
    """
    quick = [name for name, entry in entries.items() if not trains(entry)]
    fast = [name for name in quick if all(m.descriptor == FAST for m in members_of(entries[name]).values())]
    return (fast or quick or [None])[0]


def first_settings(entry, objectives, seed, count=FIRST_LOOK):
    """Settings to try where none has served yet.

    Parameters
    ----------
    entry : dict, a pipeline of the config
    objectives : dict of reward name to direction
    seed, count : int

    Returns
    -------
    Pipeline
        Of a choice, the first that it names.
    list of dict
    """
    own = next(iter(members_of(entry).values()))
    return own, suggest(own.space, [], objectives, count, 0, seed, count)


def best_of(outcomes):
    """Place (int) of the outcome that its labels explain best; None where all failed."""
    evidence = [outcome.rewards.get(EVIDENCE, np.nan) for outcome in outcomes]
    known = np.nan_to_num(np.array(evidence, float), nan=-np.inf)
    usable = np.isfinite(known).any()
    decided = [outcome.labels.max(initial=-1) >= 0 for outcome in outcomes]
    if usable:
        return int(known.argmax())
    return int(np.argmax(decided)) if any(decided) else None


def _is_current(store):
    """Whether a selected.zarr is complete, and not of an image that was replaced after it."""
    cells = Path(store).parents[1] / "cells.zarr" / ENDED
    ended = Path(store, ENDED)
    return is_complete(store) and not (cells.exists() and cells.stat().st_mtime > ended.stat().st_mtime)


def found_by_search(folder, entries):
    """What the searches of an image have selected.

    Parameters
    ----------
    folder : path of the results of the image
    entries : dict of pipeline name to its entry in the config

    Returns
    -------
    Found or None
        That of the pipeline whose labels explain most; None where no search is complete.
    """
    found = []
    for name, entry in entries.items():
        store = Path(folder, name, "selected.zarr")
        if trains(entry) or not _is_current(store):
            continue
        chosen = read_store(store, "wall_stands")
        if chosen[1]["trial"] is None:
            continue
        descriptors = [f"{member.descriptor}.zarr" for member in members_of(entry).values()]
        own, setting, _ = selected_pipeline(entry, chosen[1]["parameters"], descriptors)
        serving = Serving(name, own, setting, f"search of {Path(folder).name}")
        evidence = chosen[1]["parameters"].get(EVIDENCE)
        words = summary_words(chosen[1]["answer"], chosen[1]["trial"], int(chosen[0]["wall_stands"].sum()))
        found.append(Found(serving, -np.inf if evidence is None else evidence, store.parent, words))
    return max(found, key=lambda one: one.evidence, default=None)


def searches_are_complete(folder, names):
    """Whether all searches (names of pipelines) of an image have selected a trial."""
    return all(_is_current(Path(folder, name, "selected.zarr")) for name in names)


def serving_of_series(series, entries):
    """The setting that the newest search of a series has found (Serving), or None.

    Parameters
    ----------
    series : path of the results of a series
    entries : dict of pipeline name to its entry in the config
    """
    stores = [path for name in entries for path in Path(series).glob(f"*/{name}/selected.zarr") if is_complete(path)]
    for store in sorted(stores, key=lambda path: path.stat().st_mtime, reverse=True):
        found = found_by_search(store.parents[1], entries)
        if found is not None:
            return found.serving
    return None
