"""Agreement of scores with true quantities: does one score say one quantity? Only for simulated loops."""

import numpy as np

BINS = 20  # of a score, and of a quantity that is not a class (Locatello et al., ICML 2019)
FEW = 10  # distinct values up to which a quantity is a class


def _binned(values):
    """Values (n,) as integers: classes as they are, others in bins of equal frequency."""
    names, number = np.unique(values, return_inverse=True)
    if len(names) <= FEW:
        return number
    edges = np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1])
    return np.searchsorted(edges, values, side="right")


def _information(one, other):
    """Mutual information of two integer arrays (n,), nats, less its bias in a finite sample (Miller and Madow)."""
    joint = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(joint, (one, other), 1)
    shares = joint / joint.sum()
    apart = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0, keepdims=True)
    known = shares > 0
    bias = ((joint.sum(axis=1) > 0).sum() - 1) * ((joint.sum(axis=0) > 0).sum() - 1) / (2 * joint.sum())
    return max(float((shares[known] * np.log(shares[known] / apart[known])).sum() - bias), 0.0)


def _entropy(numbers):
    shares = np.bincount(numbers) / len(numbers)
    return float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())


def informations(scores, factors):
    """Share of each quantity's entropy that each score knows.

    Parameters
    ----------
    scores : (site, r) float
    factors : (site, k) float
        A quantity of at most ten distinct values is a class, such as the mechanism.

    Returns
    -------
    (r, k) float, 0 to 1
    """
    of_scores, of_factors = ([_binned(v) for v in np.asarray(values, float).T] for values in (scores, factors))
    return np.array([[_information(s, f) / max(_entropy(f), 1e-12) for f in of_factors] for s in of_scores])


def mutual_information_gap(scores, factors):
    """Mutual information gap of each quantity: how much more the best score knows of it than the second best.

    Parameters
    ----------
    scores, factors : as in `informations`

    Returns
    -------
    (k,) float, 0 to 1; 1 if one score knows the quantity and no other knows anything of it

    Notes
    -----
    Chen et al., NeurIPS 31 (2018).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> mechanism, size = rng.integers(3, size=2000), rng.normal(size=2000)
    >>> apart = np.stack([mechanism + 0.01 * rng.normal(size=2000), size], axis=1)
    >>> mixed = apart @ [[1, 1], [1, -1]]
    >>> factors = np.stack([mechanism, size], axis=1)
    >>> bool(mutual_information_gap(apart, factors).min() > 0.7)
    True
    >>> bool(mutual_information_gap(mixed, factors).max() < 0.2)
    True
    """
    known = np.sort(informations(scores, factors), axis=0)
    return known[-1] - (known[-2] if len(known) > 1 else 0.0)


def disentanglement_completeness(scores, factors, seed=0):
    """Disentanglement, completeness and informativeness (DCI) of scores, by a random forest of each quantity.

    Parameters
    ----------
    scores, factors : as in `informations`
    seed : int

    Returns
    -------
    dict of str to float
        disentanglement: 1 if each score is used for one quantity; completeness: 1 if each quantity needs one score;
        informativeness: mean of the share of held-out classes that are predicted, or of the variance that is explained

    Notes
    -----
    Eastwood and Williams, ICLR (2018).
    """
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.model_selection import train_test_split

    factors, importance, informed = np.asarray(factors, float), [], []
    for factor in factors.T:
        kind = RandomForestClassifier if len(np.unique(factor)) <= FEW else RandomForestRegressor
        fitted, held, target, answer = train_test_split(scores, factor, test_size=0.25, random_state=seed)
        forest = kind(50, max_features=None, min_samples_leaf=5, random_state=seed).fit(fitted, target)
        importance.append(forest.feature_importances_)
        informed.append(max(forest.score(held, answer), 0.0))
    importance = np.transpose(importance) + 1e-12  # (score, factor)
    return {
        "disentanglement": _one_sided(importance),
        "completeness": _one_sided(importance.T),
        "informativeness": float(np.mean(informed)),
    }


def _one_sided(importance):
    """Mean over rows of 1 - entropy of the row, weighted by the row's sum; 1 if each row has one entry."""
    shares = importance / importance.sum(axis=1, keepdims=True)
    of_rows = 1 + (shares * np.log(shares)).sum(axis=1) / np.log(shares.shape[1]) if shares.shape[1] > 1 else 1.0
    return float(np.average(np.broadcast_to(of_rows, len(shares)), weights=importance.sum(axis=1)))
