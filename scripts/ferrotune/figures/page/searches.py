"""The searches of an image for the page: answers, trials, and the labels and walls of every trial."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ferrotune.figures.domain_numbers import domain_numbers
from ferrotune.figures.page.centroids import packed_centroids
from ferrotune.figures.page.maps import packed_walls
from ferrotune.figures.page.measured import measured_tables
from ferrotune.figures.page.spectra import packed_betas
from ferrotune.figures.page.trials import axes_of, page_trials
from ferrotune.figures.wording import confidence_words, setting_names
from ferrotune.files.rounds import trial_arrays

UNKNOWN_SHARE = 255  # in an array of shares, which are stored in steps of 1/250


@dataclass(frozen=True)
class Found:
    """What the workflow found in one search.

    pipeline : str
    table, front : DataFrames of trials.tsv and front.tsv
    rounds : list of dict, the arrays of the stores of the rounds
    selected, chosen : arrays (without wall_map) and attributes of selected.zarr
    twins : dict, what the selected setting finds on films of known walls; empty where it was not tried
    tables : dict of name -> DataFrame of domains.tsv, walls.tsv, importance.tsv; may lack some
    centroids : (arrays, attributes) of centroids.zarr, or None
    betas : (arrays, attributes) of betas.zarr, or None
    """

    pipeline: str
    table: pd.DataFrame
    front: pd.DataFrame
    rounds: list
    selected: dict
    chosen: dict
    twins: dict = field(default_factory=dict)
    tables: dict = field(default_factory=dict)
    centroids: tuple | None = None
    betas: tuple | None = None


def trust(twins):
    """Sentence on what the selected setting finds on films of known walls; empty where it was not tried."""
    if twins.get("null_walls") is None:
        return ""
    if twins.get("twin_ari") is None:
        of_twin = "the domains that were put in"
    else:
        found = twins["twin_ari"], twins["twin_wall_f1"]
        of_twin = "the domains with an ARI of {:.2f} and the walls with an F1 of {:.2f}".format(*found)
    walls = f"{twins['null_walls']:.0f} wall{'s'[: twins['null_walls'] != 1]}"
    return f"On a film like this one this setting finds {of_twin}; on a film without walls it invents {walls}"


def trial_maps(found):
    """Labels and walls of every trial: a dict for each row of the table, as `ferrotune.files.rounds.trial_arrays`.

    Those of the selected trial are the ones of selected.zarr, which was judged again.
    """
    store = {int(trial): arrays for arrays in found.rounds for trial in arrays["trial"]}
    maps = [trial_arrays(store[trial], trial) for trial in found.table["trial"].tolist()]
    if found.chosen["trial"] is not None:
        row = found.table["trial"].tolist().index(found.chosen["trial"])
        maps[row] = maps[row] | found.selected
    return maps


def shares(values):
    """Turn shares (n,) of 0 to 1 into uint8, 250 for 1; 255 where unknown."""
    values = np.asarray(values, float)
    return np.where(np.isfinite(values), np.rint(250 * np.nan_to_num(values)), UNKNOWN_SHARE).astype(np.uint8)


def new_numbers(labels, numbers):
    """Number (dict) of each label of a segmentation, from labels and numbers (site,) of the same sites."""
    return {label: number for label, number in zip(labels.tolist(), numbers.tolist(), strict=True) if label >= 0}


def label_numbers(labels, numbers, found):
    """Number of each label of each trial: dict of trial -> dict of label -> number."""
    trials = found.table["trial"].tolist()
    return {trial: new_numbers(*of_one) for trial, *of_one in zip(trials, labels, numbers, strict=True)}


def page_search(pack, rasters, found, objectives, reference, image):
    """Make the part of the page on one search, and pack its labels and walls.

    Parameters
    ----------
    pack : Pack
    rasters : Rasters
    found : Found
    objectives : dict of reward -> direction
    reference : dict with yx (cell, 2) px and label (cell,) int
    image : str

    Returns
    -------
    search : dict of JSON values; `trials`, a dict for each trial, is among them
    of_reference : (cell,) int, numbers of the reference's domains: the same domain has the same number everywhere
    """
    name, chosen, cell_px = found.pipeline, found.chosen, found.chosen["cell_px"]
    maps = trial_maps(found)
    labels = [of_trial["label"] for of_trial in maps]
    numbers, of_reference = domain_numbers(
        [found.selected["label"], *labels], reference["label"], found.selected["yx"], reference["yx"], cell_px
    )
    of_trials = label_numbers(labels, numbers[1:], found)
    of_selected = of_trials.get(chosen["trial"], new_numbers(found.selected["label"], numbers[0]))
    pack.add(f"{name} labels", np.stack(numbers[1:]).astype(np.int8))
    pack.add(f"{name} confidence", shares(found.selected["confidence"]))
    search = {
        "name": name,
        "answer": chosen["answer_words"],
        "reason": chosen["reason"],
        "caution": chosen["caution"],
        "trust": trust(found.twins),
        "judged": chosen.get("judged", True),
        "chosen_by": chosen["chosen_by"],
        "selected": chosen["trial"],
        "sites": rasters.of(found.selected["yx"]),
        "axes": axes_of(found.table, objectives),
        "parameters": setting_names(found.table.columns),
        "trials": page_trials(
            found.table, found.front, found.selected["near_trial"].tolist(), chosen["trial"], (image, name), cell_px
        ),
        "walls": packed_walls(pack, f"{name} walls", maps, cell_px),
        "confidence": [" ".join(lines) for lines in confidence_words(found.selected, chosen)],
        "tables": measured_tables(found.tables, chosen["pixel_size_pm"], of_selected),
    }
    if found.centroids and found.centroids[1]["trials"]:
        search["centroids"] = packed_centroids(pack, name, found.centroids[0], of_trials)
    if found.betas and len(found.betas[0]["beta"]):
        search["betas"] = packed_betas(pack, name, *found.betas)
    return search, of_reference
