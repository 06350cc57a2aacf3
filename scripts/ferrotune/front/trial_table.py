"""The table of trials: parameters, rewards, status, and agreement with the reference."""

import numpy as np
import pandas as pd

# Share of the sites that a trial must decide to count as the best one. Ours.
DECIDED = 0.8


def trial_table(records, labels, comparison):
    """Table of a search, a row a trial.

    Parameters
    ----------
    records : list of dict, from `ferrotune.files.rounds.read_records`
    labels : (trial, site) int, those of the records first
    comparison : ferrotune.reference.comparison.Comparison

    Returns
    -------
    pandas.DataFrame
        A parameter that only some trials have is empty for the others.
    """
    parameters = list(dict.fromkeys(name for record in records for name in record["setting"]))
    rows = []
    for record, of_trial in zip(records, labels, strict=False):
        row = {"trial": record["trial"], "round": record["round"]}
        row |= {name: record["setting"].get(name) for name in parameters} | record["rewards"]
        row |= {"n_walls": record["n_walls"]}
        row |= {"status": record["status"] + (f": {record['reason']}" if record["reason"] else "")}
        row |= {name: record[name] for name in ("test", "value", "limit", "variation", "known_share")}
        row |= {"decided_share": float((of_trial >= 0).mean())}
        row |= {"seconds": round(record["seconds"], 3)}
        row |= comparison.score(of_trial) if of_trial.max() >= 0 else {}
        rows.append(row)
    return pd.DataFrame(rows)


def best_agreement(table, agreement="ari"):
    """Best agreement of any trial that decides most sites; NaN if there is none.

    Parameters
    ----------
    table : DataFrame, a row a trial; tables of earlier versions have no decided_share, and all trials count
    agreement : str, column

    Examples
    --------
    >>> best_agreement(pd.DataFrame({"ari": [0.5, 0.9], "decided_share": [1.0, 0.1]}))
    0.5
    """
    if agreement not in table:  # no trial has a label to compare
        return float("nan")
    few = table["decided_share"] < DECIDED if "decided_share" in table else np.zeros(len(table), bool)
    return float(table.loc[~few, agreement].max())


def write_table(table, output):
    """Write a table of trials (DataFrame) to a path or an open text file, numbers to ten digits."""
    table.to_csv(output, sep="\t", index=False, na_rep="nan", float_format="%.10g")


def read_table(source):
    """Table of trials (DataFrame) of a path or an open text file."""
    return pd.read_csv(source, sep="\t")
