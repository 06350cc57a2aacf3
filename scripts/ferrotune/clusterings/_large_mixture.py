"""Gaussian mixture of many numbers a site, such as raw patches: scikit-learn's steps, without its cost.

The steps, their order, what is added to the variances, and when they stop are those of
`sklearn.mixture.GaussianMixture`. It starts from k-means, too, but on leading principal components: on all numbers,
k-means would take longer than the fit.
"""

import numpy as np

from ferrotune.clusterings._mixture_covariances import FORMS, Unresolved, blocks

STEPS, TOLERANCE = 100, 1e-3  # at most, and nat a site; as in scikit-learn
TINY = 1e-30  # smaller shares are 0: in single precision they are denormal numbers, with which products are slow
LEADING, POWER = 32, 3  # components that k-means sees, and power iterations that find them; ours


def _expectation(components, shares):
    """Shares (n, k) of the components, in place, whose sums are kept; mean log density of the sites, nat."""
    total = 0.0
    components.begin()
    for rows in blocks(len(shares), components.block):
        logs = components.log_joint(rows)
        top = logs.max(axis=1, keepdims=True)
        density = np.exp(logs - top)
        sums = density.sum(axis=1, keepdims=True)
        shares[rows] = np.where(density > TINY, density / sums, 0.0)
        components.add(rows, shares[rows])
        total += (top + np.log(sums)).sum()
    return total / len(shares) + components.offset


def _fitted(values, start, covariance, regularisation, steps):
    """Labels (n,) of the most probable component, and the bounds (step,)."""
    shares = (start[:, None] == np.arange(start.max() + 1)).astype(float)
    components = FORMS[covariance](values, shares.shape[1], regularisation)
    components.begin()
    for rows in blocks(len(values), components.block):
        components.add(rows, shares[rows])
    components.finish()
    bounds, settled = [], False
    for _ in range(steps):
        if not settled:
            before = shares.copy()
            bound = _expectation(components, shares)
            settled = np.array_equal(shares, before)  # further steps change nothing, and are not computed
        if not settled:
            components.finish()
        bounds.append(bound)
        if len(bounds) > 1 and abs(bounds[-1] - bounds[-2]) < TOLERANCE:
            break
    if not settled:
        bound = _expectation(components, shares)
    return shares.argmax(axis=1), np.array([*bounds, bound])


def fit_from(values, start, covariance, regularisation, steps=STEPS):
    """Fit a mixture by expectation maximisation.

    Parameters
    ----------
    values : (n, d) float32 or float64
    start : (n,) int
        Labels from 0 that the first components are made of.
    covariance : {"spherical", "diag", "tied", "full"}
    regularisation : float
        Added to each variance.
    steps : int
        At most.

    Returns
    -------
    labels : (n,) int
        Most probable component of each row of values.
    bounds : (step,) float
        Mean log density of the rows at each step, nat, and after the last one.

    Raises
    ------
    ValueError
        If the covariance of a component is not positive definite.

    Notes
    -----
    In single precision, unless a covariance is so near to singular that it needs double precision.
    """
    values = np.asarray(values)
    values = values - values.mean(axis=0, dtype=float).astype(values.dtype)
    if values.shape[1] < FORMS[covariance].single_from:
        values = values.astype(float)
    try:
        return _fitted(values, start, covariance, regularisation, steps)
    except Unresolved:
        values = values.astype(float)
    return _fitted(values, start, covariance, regularisation, steps)


def kmeans_start(values, count, seed):
    """Labels (n,) of k-means on the LEADING principal components of values (n, d)."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA

    leading = PCA(min(LEADING, *values.shape), svd_solver="randomized", iterated_power=POWER, random_state=0)
    return KMeans(count, n_init=1, random_state=seed).fit(leading.fit_transform(values)).labels_
