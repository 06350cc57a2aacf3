"""Segmentation of sites: a Gaussian mixture of their reduced descriptors."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

REGULARISATION = 1e-6  # of the total variance's share a component: keeps covariances invertible


def cluster(scores, components, covariance, seed):
    """Labels of a Gaussian mixture, numbered by falling size.

    Parameters
    ----------
    scores : (n, r) float
    components : int
    covariance : {"full", "tied", "diag", "spherical"}
    seed : int

    Returns
    -------
    (n,) int8 labels, 0 the most frequent

    Raises
    ------
    ValueError
        From scikit-learn, where a covariance is not positive definite or there are too few sites.
    """
    scale = np.sqrt(scores.var(axis=0).mean())
    if not scale > 0:
        raise ValueError("the descriptors of all sites are the same")
    mixture = GaussianMixture(components, covariance_type=covariance, reg_covar=REGULARISATION, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 100 steps without convergence still label the sites
        labels = mixture.fit_predict(scores / scale)
    return by_size(labels)


def by_size(labels):
    """Labels (n,) renumbered by falling size, ties by first appearance: int8."""
    names, first, inverse, size = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(names), np.int8)
    rank[np.lexsort((first, -size))] = np.arange(len(names))
    return rank[inverse]
