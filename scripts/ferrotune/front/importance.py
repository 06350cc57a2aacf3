"""Which parameters matter for each reward and for the status: permutation importance of a random forest."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from ferrotune.segmentation.statuses import OK

STATUS = "status"
# Our choices.
FEWEST = 16  # trials; a forest that is tested on a fifth of fewer trials says nothing
FOLDS, TREES, REPEATS = 5, 30, 10
LEAF = 3  # trials in a leaf: a tree of single trials repeats the noise of their rewards
# R2 on trials that the forest has not seen, from which on its importances mean something: where the rewards of the
# demo's trials were shuffled among the trials, it was 0.06 at most (29 targets of 5 searches).
KNOWN = 0.2
COLUMNS = ("target", "parameter", "importance", "importance_error", "r2", "trials", "known")


def _coded(table, parameters):
    """Parameters (trial, parameter) as numbers: values of a list by their rank; -1 where a trial lacks one."""
    coded = np.empty((len(table), len(parameters)), np.float32)
    for i, name in enumerate(parameters):
        values = table[name]
        if not pd.api.types.is_numeric_dtype(values):
            values = values.astype("string").rank(method="dense")
        coded[:, i] = values.astype(float).fillna(-1)
    return coded


def _targets(table, rewards):
    """What is to be explained: dict of name to (trial,) float, NaN where a trial has none."""
    found = {name: table[name].to_numpy(float) for name in rewards}
    return found | {STATUS: (table["status"] == OK).to_numpy(float)}


def _shuffled(values, rng):
    """Trials (trial, parameter), REPEATS times with each parameter shuffled: (parameter, repeat, trial, parameter)."""
    copies = np.tile(values, (values.shape[1], REPEATS, 1, 1))
    for parameter, of_parameter in enumerate(copies):
        for copy in of_parameter:
            copy[:, parameter] = rng.permutation(copy[:, parameter])
    return copies


def _importances(values, target, seed):
    """R2 of trials that were left out, and by how much it falls (fold, parameter) if a parameter is shuffled."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import KFold

    rng, scale = np.random.default_rng(seed), np.var(target)
    error, falls = 0.0, []
    for known, left_out in KFold(FOLDS, shuffle=True, random_state=seed).split(values):
        forest = RandomForestRegressor(TREES, min_samples_leaf=LEAF, random_state=seed).fit(
            values[known], target[known]
        )
        copies, aims = _shuffled(values[left_out], rng), target[left_out]
        # all at once: scikit-learn's permutation_importance calls the forest for each copy, and takes ten times as long
        found = forest.predict(np.concatenate([values[left_out], copies.reshape(-1, values.shape[1])]))
        own, others = found[: len(aims)], found[len(aims) :].reshape(copies.shape[:3])
        least = ((own - aims) ** 2).mean()
        error += least * len(aims) / len(target)
        # a fold may hardly vary: its squared error is taken in units of the variance of all trials
        falls.append((((others - aims) ** 2).mean(axis=(1, 2)) - least) / scale)
    return 1 - error / scale, np.array(falls)


def importance_table(table, parameters, rewards, seed):
    """Importance of each parameter for each reward, and for whether a trial has the status `ok`.

    Parameters
    ----------
    table : DataFrame, a row a trial
    parameters, rewards : list of str, its columns
    seed : int

    Returns
    -------
    pandas.DataFrame
        A row for each target and each parameter that varies. `importance`: by how much R2 of the target's rank, on
        trials that the forest has not seen, falls if the parameter is shuffled among them; `importance_error`: its
        standard error over the folds. `r2`: what the forest explains of these trials; `known`: whether this is enough
        (KNOWN) for the importances to mean something. NaN and False where there are too few trials, or the target does
        not vary.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame({"w1": rng.integers(0, 5, 60), "rank": rng.integers(0, 3, 60), "status": "ok"})
    >>> found = importance_table(table.assign(length=table["w1"] ** 2), ["w1", "rank"], ["length"], seed=0)
    >>> found.loc[found["importance"] > 0.5, ["target", "parameter", "known"]].values.tolist()
    [['length', 'w1', True]]
    """
    varied = [name for name in parameters if len(table[name].drop_duplicates()) > 1]
    coded, rows = _coded(table, varied), []
    for target, values in _targets(table, rewards).items():
        has = np.isfinite(values)
        r2, importance, error = np.nan, np.full(len(varied), np.nan), np.full(len(varied), np.nan)
        if varied and has.sum() >= FEWEST and np.ptp(values[has]) > 0:
            # ranks: a front depends on the order of rewards alone, and one far value would decide all
            r2, falls = _importances(coded[has], rankdata(values[has]), seed)
            importance, error = falls.mean(axis=0), falls.std(axis=0, ddof=1) / np.sqrt(FOLDS)
        known = bool(r2 >= KNOWN)
        rows += [
            dict(zip(COLUMNS, (target, *of, r2, int(has.sum()), known), strict=True))
            for of in zip(varied, importance, error, strict=True)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
