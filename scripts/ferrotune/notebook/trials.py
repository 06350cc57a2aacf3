"""Trials in memory: one setting of a pipeline evaluated, or a whole search, with the results of the workflow."""

import io
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray
from threadpoolctl import threadpool_limits

from ferrotune.cells.polarization_variants import polarization_variants
from ferrotune.errors import InputError
from ferrotune.files.rounds import finished_trials, read_checkpoint, read_records, round_arrays, write_checkpoints
from ferrotune.files.stores import read_store, write_store
from ferrotune.front import selection
from ferrotune.front.trial_table import read_table, trial_table, write_table
from ferrotune.notebook.defaults import default_config
from ferrotune.notebook.labelled import dataset_of, ordered_walls
from ferrotune.pipelines.pipeline import begins_with_earlier, space_of
from ferrotune.reference.comparison import Comparison
from ferrotune.reference.reading import align
from ferrotune.search.confirmation import confirmed, outcome_arrays
from ferrotune.search.early_stopping import EarlierFront
from ferrotune.search.grouping import evaluate_round
from ferrotune.search.outcomes import RATE, Judging
from ferrotune.search.proposals import exhaustive, losses_of, suggest
from ferrotune.search.reward_config import PAIRS, reward_names
from ferrotune.search.search_config import gives_up, judged_rounds, trial_count
from ferrotune.search.standstill import standstill

SEARCH_KEYS = ("mode", "trials", "batch", "startup", "seed", "give_up")


@dataclass(frozen=True)
class SearchResult:
    """What a search found; as the results of a pipeline that are opened from a folder.

    trials, front : pandas.DataFrame, a row a trial; `front` marks the knee
    labels : (trial, site) int8, -1 where undecided
    selected : xarray.Dataset, labels, walls and confidence of the selected segmentation
    """

    trials: pd.DataFrame
    front: pd.DataFrame
    labels: np.ndarray
    selected: xarray.Dataset

    def __repr__(self):
        counts = f"{len(self.trials)} trials, {len(self.front)} on the front"
        return f"<search: {counts}; selected: {self.selected.attrs['answer_words']}>"

    def walls(self, unit="cell"):
        """Walls of the selected segmentation: list of (n, 2) arrays (y, x), in unit cells, or in px (unit="px")."""
        return ordered_walls(self.selected, unit)


def _complete_search(entry, given):
    """Search (dict) of a pipeline: what is given, else its own, else that of the default configuration."""
    for key in given:
        if key not in SEARCH_KEYS:
            raise InputError(f"search: unknown key {key!r}; allowed are {', '.join(SEARCH_KEYS)}")
    search = entry.get("search", {}) | given
    return search if all(key in search for key in SEARCH_KEYS) else default_config()["search"] | search


def _plain_cells(cells):
    return {name: cells[name].to_numpy() for name in ("yx", "polarization", "lattice")}


def _as_written(table):
    """The table after it was written and read: with the digits that the workflow's front is found from."""
    text = io.StringIO()
    write_table(table, text)
    return read_table(io.StringIO(text.getvalue()))


def _comparison(described, store, reference, seed):
    """What trials are compared with: the reference's labels, or the variants of the cells' own polarization."""
    cells, cell_px = _plain_cells(described.cells), described.cells.attrs["cell_px"]
    polarization = cells["polarization"]
    if reference is None:
        yx, label = cells["yx"], polarization_variants(polarization, cells["yx"], cell_px, seed=seed)
    else:
        yx, label = (np.asarray(reference[name]) for name in ("yx", "label"))
        yx = yx - align(yx, cells["yx"], cell_px)
        polarization = np.asarray(reference["polarization"]) if "polarization" in reference else None
    sites, attributes = read_store(store, "yx", "site_raster")
    mask = described.image["mask"].to_numpy()
    known = (yx, label.astype(np.int16), mask, attributes["cell_px"], polarization)
    return Comparison(sites["yx"], sites["site_raster"], *known)


def _run_rounds(described, pipeline, search, objectives, rate, rewards, threads, folder):
    """Records (list of dict) and stores (list of paths) of all rounds, written to a folder."""
    entry, stores, cells = described.entry(pipeline), described.stores(pipeline), _plain_cells(described.cells)
    space, total = space_of(entry), trial_count(entry, search)
    proposals, rounds = [], []
    for number, first in enumerate(range(0, total, search["batch"])):
        count = min(search["batch"], total - first)
        if search["mode"] == "exhaustive":
            chosen = exhaustive(space, first, count)
        else:
            records = read_records(proposals, rounds)
            how = (objectives, count, number, search["seed"], search["startup"])
            chosen = suggest(space, records, *how)
        trials = list(enumerate(chosen, start=first))
        finished = finished_trials(proposals, rounds) if begins_with_earlier(entry) else {}
        earlier = EarlierFront.of(read_records(proposals, rounds), objectives) if gives_up(entry, search) else None
        work = (entry, stores, cells, rewards, search["seed"], threads, None, finished, Judging(rate, earlier=earlier))
        outcomes = list(evaluate_round(trials, *work))
        proposals, rounds = [*proposals, folder / f"{number:03d}.json"], [*rounds, folder / f"{number:03d}.zarr"]
        numbered = [{"trial": trial, "setting": setting} for trial, setting in trials]
        proposals[-1].write_text(json.dumps({"round": number, "trials": numbered}))
        write_store(rounds[-1], *round_arrays(outcomes))
        write_checkpoints(rounds[-1], outcomes)
        if _has_ended(number, total, search, objectives, proposals, rounds):
            break
    return read_records(proposals, rounds), rounds


def _has_ended(number, total, search, objectives, proposals, rounds):
    """Whether a search ends after a round, as `trials: auto` asks for."""
    if number not in judged_rounds(total, search):
        return False
    return standstill(losses_of(read_records(proposals, rounds), objectives), search["startup"]).ended


def _selected(described, pipeline, table, front, paths, objectives, seed, rate, distance):
    """Dataset of the selected segmentation, judged again, and how far near trials confirm it."""
    entry, stores = described.entry(pipeline), described.stores(pipeline)
    sites, attributes = read_store(stores[0], "yx", "site_raster")
    trial, by = selection.selected_trial(table, front, None)
    outcome = None
    if trial is not None:
        own, setting, store = selection.selected_pipeline(entry, selection.parameters_of(table, trial), stores)
        how = (_plain_cells(described.cells), sites["yx"], seed, rate, read_checkpoint(paths, trial))
        outcome = confirmed(trial, own, setting, store, *how)
    arrays = selection.selected_arrays(outcome and outcome_arrays(outcome), sites)
    near = selection.near_trials(table, objectives, trial, distance)
    rounds = [read_store(path)[0] for path in paths]
    confidence, chance = selection.confidence_arrays(rounds, arrays, near, attributes["cell_px"])
    verdict = outcome and outcome.verdict
    kept = selection.selected_attributes(table, (trial, by), verdict, arrays, sites, attributes, near, distance, chance)
    return dataset_of(arrays | confidence, kept)


def evaluate_setting(described, pipeline, setting, objectives=None, rewards=("cheap",), seed=1, trial=0):
    """Segment an image with one setting of a pipeline, trace the walls, and score them.

    Parameters
    ----------
    described : Description, from `describe_sites`
    pipeline : str, name of one of its pipelines
    setting : dict, a value for each parameter of the pipeline's space
    objectives : dict of reward name to "minimise" or "maximise", optional
        By default those of the workflow.
    rewards : list of str, further rewards; "cheap" stands for all that cost next to nothing
    seed, trial : int
        The trial of this number in a search of this seed has the same outcome.

    Returns
    -------
    ferrotune.search.outcomes.Outcome
        labels (site,) int8, walls (ferrotune.walls.Walls, lengths in unit cells), rewards (dict), status (str) and,
        where the trial failed, its reason.

    Raises
    ------
    InputError
        If the pipeline is unknown or the setting is not in its space.

    Examples
    --------
    >>> import ferrotune
    >>> film = ferrotune.simulate(ferrotune.Specimen(shape=(300, 320), dose=400.0), seed=1)
    >>> image = ferrotune.prepare_image(film.image)
    >>> columns = ferrotune.locate_columns(image)
    >>> cells = ferrotune.measure_cells(columns)
    >>> pipelines = {"cell_gmm": ferrotune.default_pipelines()["cell_gmm"]}
    >>> described = ferrotune.describe_sites(image, columns, cells, pipelines)
    >>> setting = {"features": "displacement", "flatten": 0, "radius": 0.5, "components": 2}
    >>> setting |= {"covariance": "full", "field": 0}
    >>> outcome = ferrotune.evaluate_setting(described, "cell_gmm", setting)
    >>> len(outcome.labels) == described.sites("cell_gmm").sizes["site"]
    True
    >>> list(outcome.rewards)[:3]
    ['boundary_evidence', 'label_evidence', 'alignment']
    """
    entry = described.entry(pipeline)
    space_of(entry).encode(setting)
    names = reward_names({"objectives": objectives or PAIRS["guarded"], "rewards": rewards})
    work = (entry, described.stores(pipeline), _plain_cells(described.cells), names, seed)
    with threadpool_limits(1):
        (outcome,) = evaluate_round([(trial, setting)], *work)
    return outcome


def run_search(
    described,
    pipeline,
    search=None,
    objectives=None,
    mode="guarded",
    rate=RATE,
    rewards=("cheap",),
    reference=None,
    distance=None,
    threads=1,
):
    """Search the settings of a pipeline in this process, with the results of the workflow for the same input.

    Parameters
    ----------
    described : Description, from `describe_sites`
    pipeline : str, name of one of its pipelines
    search : dict, optional
        mode, trials, batch, startup, seed, as in the config. A missing key is that of the pipeline's own `search`, or
        of the default configuration.
    objectives : dict of reward name to "minimise" or "maximise", optional
        By default those of the workflow.
    mode : {"guarded", "paper"}
        Whether walls are judged; it decides the objectives where none are given.
    rate : float
        False discovery rate of walls.
    rewards : list of str, further rewards; "cheap" stands for all that cost next to nothing
    reference : mapping with yx (n, 2) px and label (n,) int, optional
        What trials are compared with: ``film.reference`` of opened results, for example. By default the variants of the
        cells' own polarization. It never guides the search.
    distance : float, optional
        Trials so near to the front confirm the selected one; by default that of the default configuration.
    threads : int

    Returns
    -------
    SearchResult

    Raises
    ------
    InputError
        If the pipeline is unknown, or the objectives or the reference do not fit.

    Notes
    -----
    Proposals depend on the order of the parameters in the space. Without a reference of its own, the workflow takes the
    variants of the cells under the seed of the common `search`; here the seed is that of this search. Rewards that need
    two images of half the dose are NaN.

    Examples
    --------
    >>> import ferrotune
    >>> film = ferrotune.simulate(ferrotune.Specimen(shape=(300, 320), dose=400.0), seed=1)
    >>> image = ferrotune.prepare_image(film.image)
    >>> columns = ferrotune.locate_columns(image)
    >>> cells = ferrotune.measure_cells(columns)
    >>> pipelines = {"cell_gmm": ferrotune.default_pipelines()["cell_gmm"]}
    >>> described = ferrotune.describe_sites(image, columns, cells, pipelines)
    >>> found = ferrotune.run_search(described, "cell_gmm", {"trials": 4, "batch": 4, "startup": 4})
    >>> len(found.trials), found.selected.label.dims
    (4, ('site',))
    """
    search = _complete_search(described.entry(pipeline), search or {})
    distance = default_config()["confidence"]["distance"] if distance is None else distance
    objectives = objectives or PAIRS[mode]
    rate = rate if mode == "guarded" else None
    names = reward_names({"objectives": objectives, "rewards": rewards})
    store = described.stores(pipeline)[0]
    folder = Path(tempfile.mkdtemp(prefix="rounds-", dir=described.folder))
    try:
        with threadpool_limits(1):
            comparison = _comparison(described, store, reference, search["seed"])
            records, paths = _run_rounds(described, pipeline, search, objectives, rate, names, threads, folder)
            labels = np.concatenate([read_store(path, "labels")[0]["labels"] for path in paths])
            table = _as_written(trial_table(records, labels, comparison))
            front = selection.front_of(table, objectives)
            selected = _selected(described, pipeline, table, front, paths, objectives, search["seed"], rate, distance)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return SearchResult(table, _as_written(front), labels, selected)
