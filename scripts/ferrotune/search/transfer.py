"""Settings that were selected on one image, applied to another image of the series."""

import numpy as np

from ferrotune.front.selection import selected_pipeline
from ferrotune.pipelines.pipeline import members_of
from ferrotune.pipelines.space_union import CHOICE
from ferrotune.search.grouping import evaluate_round, group_trials
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


def applied(entry, stores, cells, chosen, seed, rate):
    """Outcomes of the settings of selected trials on an image; on its own image, a trial has its own outcome.

    The settings are evaluated together, so that what they share (the image's null maps, a reduction) is computed once.

    Parameters
    ----------
    entry : dict, a pipeline of the config, or a choice among several
    stores : list of paths, the descriptors of the image
    cells : dict with yx, polarization (cell, 2) px and lattice (2, 2) px, of the image
    chosen : list of (trial number, parameters); parameters : dict, the trial's row of its table of trials
    seed : int, the search's
    rate : float, false discovery rate of walls; None: walls are not judged

    Returns
    -------
    list of ferrotune.search.outcomes.Outcome, in the order of `chosen`
    """
    trials = []
    for trial, parameters in chosen:
        _, setting, _ = selected_pipeline(entry, parameters, stores)
        own = {CHOICE: parameters[CHOICE]} if CHOICE in parameters else {}
        trials.append((trial, own | setting))
    order = [id(trial) for _, group in group_trials(trials, members_of(entry)) for trial in group]
    outcomes = evaluate_round(trials, entry, stores, cells, [REWARD], seed, how=Judging(rate))
    found = dict(zip(order, outcomes, strict=True))  # trials of two images may have one number, and one setting
    return [found[id(trial)] for trial in trials]


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
