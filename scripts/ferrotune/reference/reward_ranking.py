"""Rewards judged against the truth: how well each, and each pair's knee, leads to the right segmentation.

A table of trials is a DataFrame with a row a trial: its status, a column for each reward, and its agreement with
the truth. Tables of simulated images, whose truth is known, are what this is for.
"""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from ferrotune.front import pareto
from ferrotune.front.selection import usable_losses
from ferrotune.segmentation.guards import OK

AGREEMENTS = ("ari", "wall_f1")
# An image of which no trial finds more than this says nothing about rewards.
FOUND = 0.2
# A winner that agrees less than this with the truth, where a trial does that agrees, is degenerate, as is one that
# the guards would refuse. Our choice.
DEGENERATE = 0.1


def _ok(table):
    return (table["status"] == OK).to_numpy()


def _correlation(one, other):
    """Spearman's correlation of the rows that are finite in both; NaN where it is not defined."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 3 or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return np.nan
    return float(spearmanr(one[both], other[both]).statistic)


def _merit(table, name, direction):
    """A reward of the usable trials, larger is better."""
    return -pareto.losses(table.loc[_ok(table), [name]].to_numpy(float), [direction])[:, 0]


def scored(tables):
    """Tables (dict) of the images whose truth shows walls, and of those whose truth shows none: all scores are NaN."""
    with_truth = {image: table for image, table in tables.items() if np.isfinite(table["ari"]).any()}
    return with_truth, {image: table for image, table in tables.items() if image not in with_truth}


def winner(table, objectives, guarded=True):
    """Row (int) of the trial that the objectives (dict of reward to direction) select; None where none is usable.

    It is the knee of the front, as in a search; of one objective the best trial.
    """
    losses = usable_losses(table, objectives, guarded)
    front = np.flatnonzero(pareto.front(losses))
    return int(front[pareto.knee(losses[front], pareto.best_and_worst(losses))]) if len(front) else None


def share_of_best(table, objectives, agreement="ari", guarded=True):
    """Agreement of the selected trial over the best of any trial, 0 ... 1; 0 where none is selected.

    NaN where no trial agrees with the truth, or there is no truth to agree with.
    """
    best = table[agreement].max()
    if not best > FOUND:
        return np.nan
    row = winner(table, objectives, guarded)
    return 0.0 if row is None else max(float(np.nan_to_num(table[agreement].iloc[row])), 0.0) / best


def is_degenerate(table, objectives, guarded=True):
    """Whether the selected trial is one that the guards refuse, or agrees with the truth by chance only.

    NaN where no trial agrees with the truth.
    """
    if not table["ari"].max() > FOUND:
        return np.nan
    row = winner(table, objectives, guarded)
    return float(row is None or not _ok(table)[row] or not table["ari"].iloc[row] > DEGENERATE)


def _mean(values):
    values = np.asarray(list(values), float)
    return float(np.nanmean(values)) if np.isfinite(values).any() else np.nan


def reward_rows(tables, directions):
    """How each reward follows the truth.

    Parameters
    ----------
    tables : dict of image -> DataFrame
    directions : dict of reward -> direction

    Returns
    -------
    DataFrame, a row a reward, the best first
        follows_ari, follows_wall_f1: mean over images of Spearman's correlation of the reward (larger is better)
        with the agreement, over the usable trials; share_ari, share_wall_f1: agreement of the trial that it
        likes best over the best of any; images: those that count.
    """
    rows = []
    for name, direction in directions.items():
        row = {"reward": name, "direction": direction}
        for agreement in AGREEMENTS:
            follows = [
                _correlation(_merit(table, name, direction), table.loc[_ok(table), agreement].to_numpy(float))
                for table in tables.values()
            ]
            shares = [share_of_best(table, {name: direction}, agreement) for table in tables.values()]
            row |= {f"follows_{agreement}": _mean(follows), f"share_{agreement}": _mean(shares)}
            row["images"] = int(np.isfinite(shares).sum())
        rows.append(row)
    return pd.DataFrame(rows).sort_values("share_ari", ascending=False, kind="stable", ignore_index=True)


def pair_rows(tables, directions):
    """How the knee of each pair of rewards does.

    Parameters
    ----------
    tables, directions : as in `reward_rows`

    Returns
    -------
    DataFrame, a row a pair, the best first
        redundancy: mean over images of Spearman's correlation between the two, both larger is better: 1 is one
        objective; share_ari, share_wall_f1: agreement of the knee over the best of any trial; worst_ari: the
        least of these over images; degenerate, degenerate_unguarded: how often the knee is degenerate, with the
        guards and without.
    """
    rows = []
    for pair in combinations(directions, 2):
        objectives = {name: directions[name] for name in pair}
        shares = {a: [share_of_best(table, objectives, a) for table in tables.values()] for a in AGREEMENTS}
        redundancy = [_correlation(*(_merit(table, *o) for o in objectives.items())) for table in tables.values()]
        rows.append(
            {
                "one": pair[0],
                "other": pair[1],
                "redundancy": _mean(redundancy),
                **{f"share_{agreement}": _mean(found) for agreement, found in shares.items()},
                "worst_ari": float(np.nanmin(shares["ari"])) if np.isfinite(shares["ari"]).any() else np.nan,
                "degenerate": _mean(is_degenerate(table, objectives) for table in tables.values()),
                "degenerate_unguarded": _mean(is_degenerate(table, objectives, False) for table in tables.values()),
            }
        )
    return pd.DataFrame(rows).sort_values("share_ari", ascending=False, kind="stable", ignore_index=True)


def held_out(tables, directions, halves):
    """The best pair of one half of the images, judged on the other half, both ways.

    Parameters
    ----------
    tables, directions : as in `reward_rows`
    halves : two lists of images

    Returns
    -------
    DataFrame, two rows: one, other, the pair; chosen_share_ari on the images that it was chosen on;
        share_ari, share_wall_f1 on the others
    """
    rows = []
    for chosen_on, judged_on in (halves, halves[::-1]):
        best = pair_rows({image: tables[image] for image in chosen_on}, directions).iloc[0]
        objectives = {name: directions[name] for name in (best["one"], best["other"])}
        shares = {a: _mean(share_of_best(tables[i], objectives, a) for i in judged_on) for a in AGREEMENTS}
        row = {"one": best["one"], "other": best["other"], "chosen_share_ari": best["share_ari"]}
        rows.append(row | {f"share_{agreement}": share for agreement, share in shares.items()})
    return pd.DataFrame(rows)
