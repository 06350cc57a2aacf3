"""Gaussian classes of labelled scores: the probability of each class at other scores."""

import numpy as np

REGULAR = 1e-6  # of the mean variance, added to each
MOST_SINGLE = 64  # numbers a site that stay in single precision; covariances of raw patches need double


def _inverse(covariance, scale):
    regular = covariance + REGULAR * scale * np.eye(len(covariance))
    return np.linalg.inv(regular), np.linalg.slogdet(regular)[1]


def class_moments(values, place, count):
    """Moments of the classes of values (m, r) that are not empty.

    place : (m,) int, class of each, 0 to count - 1

    Returns
    -------
    number : (class,) int
    means : (class, r) float
    products : (class, r, r) float
        Sums over the sites of a class of the products of their deviations from its mean.
    """
    number = np.bincount(place, minlength=count)
    order = np.argsort(place.astype(np.int16), kind="stable")  # 16 bits are sorted by radix
    of_class = np.split(values[order], np.cumsum(number)[:-1])
    means = np.stack([np.full(len(own), 1 / len(own), own.dtype) @ own for own in of_class])
    off = (own - mean for own, mean in zip(of_class, means, strict=True))
    return number, means.astype(float), np.stack([own.T @ own for own in off]).astype(float)


def names_of(labels):
    """Labels that occur (class,), rising, and the place of each label (m,) among them. As `numpy.unique`, which sorts.

    labels : (m,) int, none negative
    """
    occurs = np.bincount(labels) > 0
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[labels]


def _linear(scores, means, inverse, share):
    """The same (n, class) for classes of one covariance: what is quadratic in the scores is common to all."""
    along = inverse @ means.T
    offset = np.log(share) - 0.5 * (means.T * along).sum(axis=0)
    return scores @ along.astype(scores.dtype) + offset.astype(scores.dtype)


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
    if scores.shape[1] > MOST_SINGLE:
        scores, of = np.asarray(scores, float), np.asarray(of, float)
    names, place = names_of(labels)
    number, means, products = class_moments(of, place, len(names))
    share, common = number / len(of), products.sum(axis=0) / len(of)
    between = share @ (means - share @ means) ** 2
    scale = max((np.trace(common) + between.sum()) / of.shape[1], 1e-300)  # the mean variance
    if pooled:
        return _linear(scores, means, _inverse(common, scale)[0], share)
    found = np.empty((len(scores), len(names)), scores.dtype)
    for k in range(len(names)):
        enough = number[k] > 2 * of.shape[1]
        inverse, logdet = _inverse(products[k] / number[k] if enough else common, scale)
        off, inverse = scores - means[k].astype(scores.dtype), inverse.astype(scores.dtype)
        found[:, k] = np.log(share[k]) - 0.5 * (logdet + np.einsum("ij,ij->i", off @ inverse, off))
    return found
