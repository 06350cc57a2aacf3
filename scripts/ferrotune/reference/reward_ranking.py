"""Ranking of rewards by the truth: how well each reward, and the knee of each pair, finds the right segmentation.

A table of trials is a DataFrame with a row for each trial: its status, a column for each reward, and its agreement
with the truth. The tables are those of simulated images, whose truth is known.
"""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from ferrotune.front import pareto
from ferrotune.front.selection import front_of, usable_losses
from ferrotune.front.trial_table import best_agreement
from ferrotune.segmentation.statuses import OK

AGREEMENTS = ("ari", "wall_f1")
# ARI; an image in which no trial agrees better with the truth says nothing about rewards.
FOUND = 0.2
# ARI; a selected trial that agrees less with the truth is degenerate, if another trial agrees. Our choice.
DEGENERATE = 0.1


def _ok(table):
    return (table["status"] == OK).to_numpy()


def _correlation(one, other):
    """Spearman's correlation over the rows that are finite in both; NaN if it is not defined."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 3 or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return np.nan
    return float(spearmanr(one[both], other[both]).statistic)


def _merit(table, name, direction):
    """Values of a reward for the usable trials, with the sign that makes larger better."""
    return -pareto.losses(table.loc[_ok(table), [name]].to_numpy(float), [direction])[:, 0]


def scored(tables):
    """Tables (dict) of the images whose truth has walls, and of the images without (all scores NaN)."""
    with_truth = {image: table for image, table in tables.items() if np.isfinite(table["ari"]).any()}
    return with_truth, {image: table for image, table in tables.items() if image not in with_truth}


def winner(table, objectives):
    """Row (int) of the trial that the objectives (dict of reward to direction) select; None if none is usable.

    It is the knee of the front, as in a search; with one objective it is the best trial.
    """
    if len(objectives) == 1:
        losses = usable_losses(table, objectives)[:, 0]
        return int(np.nanargmin(losses)) if np.isfinite(losses).any() else None
    front = front_of(table.reset_index(drop=True), objectives)
    return int(front.index[front["knee"]][0]) if len(front) else None


def share_of_best(table, objectives, agreement="ari"):
    """Agreement of the selected trial divided by the best agreement of any trial, 0 ... 1; 0 if none is selected.

    NaN if no trial agrees with the truth, or the truth is not known.
    """
    best = best_agreement(table, agreement)
    if not best > FOUND:
        return np.nan
    row = winner(table, objectives)
    return 0.0 if row is None else max(float(np.nan_to_num(table[agreement].iloc[row])), 0.0) / best


def is_degenerate(table, objectives):
    """Whether no trial is selected, or it agrees with the truth by chance only: 1.0 or 0.0.

    NaN if no trial agrees with the truth.
    """
    if not best_agreement(table) > FOUND:
        return np.nan
    row = winner(table, objectives)
    return float(row is None or not table["ari"].iloc[row] > DEGENERATE)


def _mean(values):
    values = np.asarray(list(values), float)
    return float(np.nanmean(values)) if np.isfinite(values).any() else np.nan


def reward_rows(tables, directions):
    """Rank rewards by how well each follows the truth.

    Parameters
    ----------
    tables : dict of image -> DataFrame
    directions : dict of reward -> direction

    Returns
    -------
    DataFrame, a row for each reward, the best first
        follows_ari, follows_wall_f1: Spearman's correlation of the reward (larger is better) with the agreement over
        the usable trials, mean over images; share_ari, share_wall_f1: agreement of the trial with the best reward,
        divided by the best agreement of any trial that decides 0.8 of the sites; images: number of images that count.
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


def peer_row(tables, peers):
    """Row (DataFrame) of the ten-line peer, as `reward_rows` has them.

    Parameters
    ----------
    tables : dict of image -> DataFrame
    peers : dict of image -> float, agreement (ARI) of the peer
    """
    shares = [max(peers[image], 0.0) / best for image, t in tables.items() if (best := best_agreement(t)) > FOUND]
    return pd.DataFrame([{"reward": "peer", "share_ari": _mean(shares), "images": len(shares)}])


def pair_rows(tables, directions):
    """Rank pairs of rewards by how well their knee agrees with the truth.

    Parameters
    ----------
    tables, directions : as in `reward_rows`

    Returns
    -------
    DataFrame, a row for each pair, the best first
        redundancy: Spearman's correlation of the two rewards (both with the sign that makes larger better), mean
        over images: at 1 they are the same objective; share_ari, share_wall_f1: agreement of the knee divided by
        the best agreement of any trial; worst_ari: the smallest share_ari of an image; degenerate: share of images
        with a degenerate knee.
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
            }
        )
    return pd.DataFrame(rows).sort_values("share_ari", ascending=False, kind="stable", ignore_index=True)


def held_out(tables, directions, halves):
    """Choose the best pair of rewards on one half of the images, judge it on the other half, and the reverse.

    Parameters
    ----------
    tables, directions : as in `reward_rows`
    halves : two lists of images

    Returns
    -------
    DataFrame, two rows
        one, other: the pair; chosen_share_ari: on the images on which it was chosen; share_ari, share_wall_f1: on the
        other images.
    """
    rows = []
    for chosen_on, judged_on in (halves, halves[::-1]):
        best = pair_rows({image: tables[image] for image in chosen_on}, directions).iloc[0]
        objectives = {name: directions[name] for name in (best["one"], best["other"])}
        shares = {a: _mean(share_of_best(tables[i], objectives, a) for i in judged_on) for a in AGREEMENTS}
        row = {"one": best["one"], "other": best["other"], "chosen_share_ari": best["share_ari"]}
        rows.append(row | {f"share_{agreement}": share for agreement, share in shares.items()})
    return pd.DataFrame(rows)
