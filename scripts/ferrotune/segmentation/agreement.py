"""Agreement of the labels of two segmentations at the same sites."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix


def _with_reference(labels, reference):
    labels, reference = np.asarray(labels), np.asarray(reference)
    known = reference >= 0
    return labels[known], reference[known]


def _phi(both):
    """Phi coefficient of each (class, label) pair of a contingency table."""
    of_class, of_label, n = both.sum(axis=1, keepdims=True), both.sum(axis=0, keepdims=True), both.sum()
    spread = np.sqrt(of_class * (n - of_class) * of_label * (n - of_label))
    # A constant indicator correlates with nothing but its own like.
    same = (both == of_class) & (both == of_label)
    return np.where(spread > 0, (n * both - of_class * of_label) / np.where(spread > 0, spread, 1.0), same)


def ari(labels, reference):
    """Adjusted Rand index over the sites whose reference label is not negative (none: NaN).

    Parameters
    ----------
    labels, reference : (site,) int arrays
        Of matched sites. A negative label is a cluster of its own: a site left out does not agree.
    """
    labels, reference = _with_reference(labels, reference)
    return float(adjusted_rand_score(reference, labels)) if len(labels) else float("nan")


def nmi(labels, reference):
    """Normalised mutual information (arithmetic mean of entropies), over the same sites as `ari`.

    Parameters
    ----------
    labels, reference : (site,) int arrays
    """
    labels, reference = _with_reference(labels, reference)
    return float(normalized_mutual_info_score(reference, labels)) if len(labels) else float("nan")


def correlation(labels, reference):
    """Correlation coefficient of a segmentation's labels with those of the polarization.

    Parameters
    ----------
    labels, reference : (site,) int arrays
        Of matched sites; sites with a negative reference label do not count.

    Returns
    -------
    float
        -1 ... 1, the same under any renaming of labels; NaN without sites.

    Notes
    -----
    The paper compares k-means labels of the polarization with the segmentation's by a correlation coefficient
    and does not publish its formula. This is our definition: labels are matched one to one, most sites in
    common (Hungarian assignment of the contingency table; of equals, the higher correlation); each pair has
    the phi coefficient (Pearson's, of the two indicator vectors); their mean is weighted by the size of the
    reference class. A class without a partner counts 0, as does a pair where one indicator is constant,
    unless both are the same.
    """
    labels, reference = _with_reference(labels, reference)
    if not len(labels):
        return float("nan")
    both = contingency_matrix(reference, labels).astype(float)
    weighted_phi = _phi(both) * both.sum(axis=1, keepdims=True) / both.sum()
    # The quarter only decides between matchings of equal overlap, so that names never do.
    row, column = linear_sum_assignment(both + weighted_phi / 4, maximize=True)
    return float(weighted_phi[row, column].sum())


def best_correlations(labels, classes, n_classes):
    """How well each class can be told by one label alone.

    Parameters
    ----------
    labels, classes : (site,) int arrays
        Of matched sites; sites of a negative class do not count, and negative labels are no labels.
    n_classes : int

    Returns
    -------
    (n_classes,) float array
        The largest phi coefficient (Pearson's, of the two indicator vectors) that the class has with any label:
        0 (told by none) to 1; NaN for a class without sites, and where no site has a label.

    Notes
    -----
    For hyperparameter maps (after Barakati et al., arXiv 2411.12612, Fig. 2, which gives no formula: ours). Each class
    is free to take the label that serves it best, so that one label may serve two classes that the segmentation has
    merged, each then below 1. A one to one matching would give one of the two nothing, and which one would turn on a
    few sites, so that maps would jump.
    """
    labels, classes = _with_reference(labels, classes)
    found = np.full(n_classes, np.nan)
    if not (labels >= 0).any():
        return found
    names = np.unique(classes)
    both = contingency_matrix(classes, labels).astype(float)
    found[names] = _phi(both)[:, np.unique(labels) >= 0].max(axis=1)
    return np.maximum(found, 0.0)
