"""Agreement of the labels of two segmentations at the same sites."""

import numpy as np


def _with_reference(labels, reference):
    labels, reference = np.asarray(labels), np.asarray(reference)
    known = (reference >= 0) & (labels >= 0)
    return labels[known], reference[known]


def _phi(both):
    """Phi coefficient of each (class, label) pair of a contingency table."""
    of_class, of_label, n = both.sum(axis=1, keepdims=True), both.sum(axis=0, keepdims=True), both.sum()
    scale = np.sqrt(of_class * (n - of_class) * of_label * (n - of_label))
    # A constant indicator correlates only with the same constant.
    same = (both == of_class) & (both == of_label)
    return np.where(scale > 0, (n * both - of_class * of_label) / np.where(scale > 0, scale, 1.0), same)


def ari(labels, reference):
    """Adjusted Rand index over the decided sites whose reference label is known (none: NaN).

    Parameters
    ----------
    labels, reference : (site,) int arrays
        Labels at the same sites. Sites with a negative label are undecided, and do not count.

    Returns
    -------
    float
        1 for the same partition, whatever the labels are called; near 0 for labels that agree by chance.

    Examples
    --------
    >>> import numpy as np
    >>> ari(np.array([2, 2, 0, 0, 1, -1]), np.array([0, 0, 1, 1, -1, 1]))
    1.0
    >>> ari(np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]))
    -0.5
    """
    from sklearn.metrics import adjusted_rand_score  # here, as most jobs that load this module do not need it

    labels, reference = _with_reference(labels, reference)
    return float(adjusted_rand_score(reference, labels)) if len(labels) else float("nan")


def nmi(labels, reference):
    """Normalised mutual information (arithmetic mean of entropies), over the same sites as `ari`.

    Parameters
    ----------
    labels, reference : (site,) int arrays
    """
    from sklearn.metrics import normalized_mutual_info_score

    labels, reference = _with_reference(labels, reference)
    return float(normalized_mutual_info_score(reference, labels)) if len(labels) else float("nan")


def correlation(labels, reference):
    """Correlation coefficient of a segmentation's labels with those of the polarization.

    Parameters
    ----------
    labels, reference : (site,) int arrays
        Labels at the same sites; sites with a negative label do not count.

    Returns
    -------
    float
        -1 ... 1, the same under any renaming of labels; NaN without sites.

    Notes
    -----
    The paper compares k-means labels of the polarization with the segmentation's by a correlation coefficient
    and does not publish its formula. This is our definition. Labels are matched one to one so that most sites are
    in common (Hungarian assignment of the contingency table; the higher correlation decides ties). Each pair has
    the phi coefficient (Pearson's correlation of the two indicator vectors). The result is their mean, weighted by
    the size of the reference class. A class without a partner counts 0. So does a pair in which one indicator is
    constant, unless both are the same.
    """
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics.cluster import contingency_matrix

    labels, reference = _with_reference(labels, reference)
    if not len(labels):
        return float("nan")
    both = contingency_matrix(reference, labels).astype(float)
    weighted_phi = _phi(both) * both.sum(axis=1, keepdims=True) / both.sum()
    # The quarter only decides between matchings of equal overlap, which the names of labels must not do.
    row, column = linear_sum_assignment(both + weighted_phi / 4, maximize=True)
    return float(weighted_phi[row, column].sum())


def best_correlations(labels, classes, n_classes):
    """How well each class agrees with the label that fits it best.

    Parameters
    ----------
    labels, classes : (site,) int arrays
        At the same sites; sites of a negative class do not count, and a negative label means no label.
    n_classes : int

    Returns
    -------
    (n_classes,) float array
        The largest phi coefficient (Pearson's correlation of the two indicator vectors) of the class with any label:
        0 (no label distinguishes it) to 1; NaN for a class without sites, and if no site has a label.

    Notes
    -----
    For hyperparameter maps. Barakati et al., arXiv 2411.12612, Fig. 2, give no formula; this one is ours. Each class
    takes the label that fits it best. If the segmentation has merged two classes, both take the same label, and both
    are below 1. A one to one matching would leave one of the two without a label, and a few sites would decide
    which one, so that the maps would jump.
    """
    from sklearn.metrics.cluster import contingency_matrix

    labels, classes = _with_reference(labels, classes)
    found = np.full(n_classes, np.nan)
    if not (labels >= 0).any():
        return found
    names = np.unique(classes)
    both = contingency_matrix(classes, labels).astype(float)
    found[names] = _phi(both)[:, np.unique(labels) >= 0].max(axis=1)
    return np.maximum(found, 0.0)


def explained_variance(labels, values):
    """Share of the variance of values (site, r) that labels (site,) explain; undecided sites explain nothing.

    Examples
    --------
    >>> import numpy as np
    >>> explained_variance(np.array([0, 0, 1, 1]), np.array([[1.0], [1.0], [3.0], [3.0]]))
    1.0
    """
    centred = values - values.mean(axis=0)
    total = (centred**2).sum()
    between = 0.0
    for k in np.unique(labels[labels >= 0]):
        own = centred[labels == k]
        between += len(own) * (own.mean(axis=0) ** 2).sum()
    return float(between / total) if total > 0 else 0.0
