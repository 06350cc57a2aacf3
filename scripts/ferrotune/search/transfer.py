"""Settings that were selected on one image, applied to another image of the series."""

import numpy as np

from ferrotune.front.selection import selected_pipeline
from ferrotune.pipelines.space_union import CHOICE
from ferrotune.search.grouping import evaluate_round
from ferrotune.search.outcomes import Judging
from ferrotune.segmentation.agreement import ari

REWARD = "label_evidence"
COLUMNS = (
    "from_image",
    "to_image",
    "trial",
    "status",
    "walls",
    "decided_share",
    REWARD,
    "ari",
    "ari_with_own",
)


def applied(entry, stores, cells, trial, parameters, seed, rate):
    """Outcome of a selected trial's setting on another image; on its own image, that of the trial itself.

    Parameters
    ----------
    entry : dict, a pipeline of the config, or a choice among several
    stores : list of paths, the descriptors of the other image
    cells : dict with yx, polarization (cell, 2) px and lattice (2, 2) px, of the other image
    trial : int, number of the selected trial
    parameters : dict, its row of the table of trials
    seed : int, the search's
    rate : float, false discovery rate of walls; None: walls are not judged

    Returns
    -------
    ferrotune.search.outcomes.Outcome
    """
    _, setting, _ = selected_pipeline(entry, parameters, stores)
    if CHOICE in parameters:
        setting = {CHOICE: parameters[CHOICE]} | setting
    (outcome,) = evaluate_round([(trial, setting)], entry, stores, cells, [REWARD], seed, how=Judging(rate))
    return outcome


def transfer_row(names, outcome, comparison, own):
    """Row (dict) of the table of transfers.

    Parameters
    ----------
    names : (str, str), the image that the setting was selected on, and the one that it is applied to
    outcome : ferrotune.search.outcomes.Outcome on the second; None if nothing was selected on the first
    comparison : ferrotune.reference.comparison.Comparison with the reference of the second
    own : (site,) int, labels of the second's own selected trial

    Returns
    -------
    dict with COLUMNS
        walls: that stand; ari: with the reference; ari_with_own: with the second image's own selected segmentation.
        NaN where there is nothing to compare.
    """
    row = dict.fromkeys(COLUMNS, np.nan) | dict(zip(COLUMNS, names, strict=False))
    if outcome is None:
        return row | {"status": "nothing selected"}
    row |= {"trial": outcome.trial, "status": outcome.status}
    row |= {"walls": int(np.count_nonzero(outcome.wall_verdicts.stands)), REWARD: outcome.rewards[REWARD]}
    labels = outcome.labels
    row |= {"decided_share": float((labels >= 0).mean())}
    if labels.max(initial=-1) >= 0:
        row |= {"ari": comparison.score(labels)["ari"], "ari_with_own": ari(labels, own)}
    return row
