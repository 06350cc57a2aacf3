"""Gaussian classes of labelled scores: the probability of each class at other scores."""

import numpy as np

REGULAR = 1e-6  # of the mean variance, added to each


def _inverse(covariance, scale):
    regular = covariance + REGULAR * scale * np.eye(len(covariance))
    return np.linalg.inv(regular), np.linalg.slogdet(regular)[1]


def log_densities(scores, of, labels, pooled):
    """Logarithm of the share of each class times its density, up to a constant, (n, class).

    Parameters
    ----------
    scores : (n, r) float
    of, labels : (m, r) float and (m,) int, none negative
        Labelled scores that the classes are made of.
    pooled : bool
        Whether all classes have the covariance inside classes, or each its own.

    Returns
    -------
    (n, class) float, classes in the order of `numpy.unique(labels)`
    """
    names, place = np.unique(labels, return_inverse=True)
    means = np.stack([of[place == k].mean(axis=0) for k in range(len(names))])
    residual, scale = of - means[place], max(of.var(axis=0).mean(), 1e-300)
    common = residual.T @ residual / len(of)
    found = np.empty((len(scores), len(names)))
    for k in range(len(names)):
        own = residual[place == k]
        enough = not pooled and len(own) > 2 * of.shape[1]
        inverse, logdet = _inverse(own.T @ own / len(own) if enough else common, scale)
        off = scores - means[k]
        found[:, k] = np.log(len(own) / len(of)) - 0.5 * (logdet + ((off @ inverse) * off).sum(axis=1))
    return found
