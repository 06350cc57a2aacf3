"""Gaussian classes of labelled scores: the probability of each class at other scores."""

import numpy as np

REGULAR = 1e-6  # of the mean variance, added to each


def _inverse(covariance, scale):
    regular = covariance + REGULAR * scale * np.eye(len(covariance))
    return np.linalg.inv(regular), np.linalg.slogdet(regular)[1]


def _linear(scores, means, inverse, share):
    """The same (n, class) for classes of one covariance: what is quadratic in the scores is common to all."""
    along = inverse @ means.T
    return scores @ along + (np.log(share) - 0.5 * (means.T * along).sum(axis=0))


def log_densities(scores, of, labels, pooled):
    """Logarithm of the share of each class times its density, up to a constant of each site, (n, class).

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
    scores, of = np.asarray(scores, float), np.asarray(of, float)  # raw patches are float32
    names, place = np.unique(labels, return_inverse=True)
    means = np.stack([of[place == k].mean(axis=0) for k in range(len(names))])
    residual, share = of - means[place], np.bincount(place) / len(of)
    common = residual.T @ residual / len(of)
    between = share @ (means - share @ means) ** 2
    scale = max((np.trace(common) + between.sum()) / of.shape[1], 1e-300)  # the mean variance
    if pooled:
        return _linear(scores, means, _inverse(common, scale)[0], share)
    found = np.empty((len(scores), len(names)))
    for k in range(len(names)):
        own = residual[place == k]
        enough = len(own) > 2 * of.shape[1]
        inverse, logdet = _inverse(own.T @ own / len(own) if enough else common, scale)
        off = scores - means[k]
        found[:, k] = np.log(share[k]) - 0.5 * (logdet + np.einsum("ij,ij->i", off @ inverse, off))
    return found
