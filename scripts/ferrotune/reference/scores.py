"""Agreement of a segmentation with a reference: labels at matched sites, and walls within a tolerance."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

AROUND = 6  # reference positions looked at around a site: four cells meet in a corner


def _with_reference(labels: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    labels, reference = np.asarray(labels), np.asarray(reference)
    known = reference >= 0
    return labels[known], reference[known]


def _phi(both: np.ndarray) -> np.ndarray:
    """Phi coefficient of each (class, label) pair of a contingency table."""
    of_class, of_label, n = both.sum(axis=1, keepdims=True), both.sum(axis=0, keepdims=True), both.sum()
    spread = np.sqrt(of_class * (n - of_class) * of_label * (n - of_label))
    # A constant indicator correlates with nothing but its own like.
    same = (both == of_class) & (both == of_label)
    return np.where(spread > 0, (n * both - of_class * of_label) / np.where(spread > 0, spread, 1.0), same)


def _share(samples: np.ndarray, near: np.ndarray, targets: np.ndarray) -> float:
    """Share of the samples of one map that are near those of the other; of no samples, whether both are empty."""
    return float(near[samples].mean()) if samples.any() else float(not targets.any())


def labels_at(sites_yx: np.ndarray, yx: np.ndarray, label: np.ndarray, reach_px: float) -> np.ndarray:
    """Label of a reference at each site: that of most of the reference positions that are nearest to it.

    A site may lie at the corner of cells, all four of them as near: those within a third of the reach beyond the
    nearest count alike. Where two labels have as many, the site stands on the wall between them, and has neither.

    Parameters
    ----------
    sites_yx : (site, 2) array, px
    yx : (reference, 2) array, px
    label : (reference,) int array, negative where unknown
    reach_px : float
        Reference positions further off do not count; a unit cell.

    Returns
    -------
    (site,) int array, -1 where there is none
    """
    labels = np.full(len(sites_yx), -1)
    if not len(sites_yx) or not len(yx):
        return labels
    distance, index = cKDTree(yx).query(sites_yx, k=np.arange(1, AROUND + 1), distance_upper_bound=reach_px)
    taken = np.isfinite(distance) & (distance <= distance[:, :1] + reach_px / 3)
    names, place = np.unique(label, return_inverse=True)
    of_site, votes = np.nonzero(taken)[0], place[index[taken]]
    count = np.bincount(of_site * len(names) + votes, minlength=len(sites_yx) * len(names)).reshape(-1, len(names))
    most = count.max(axis=1)
    clear = (most > 0) & ((count == most[:, None]).sum(axis=1) == 1)
    labels[clear] = names[count[clear].argmax(axis=1)]
    return np.maximum(labels, -1)


def ari(labels: np.ndarray, reference: np.ndarray) -> float:
    """Adjusted Rand index over the sites whose reference label is not negative (none: NaN).

    Parameters
    ----------
    labels, reference : (site,) int arrays
        Of matched sites. A negative label is a cluster of its own: a site left out does not agree.
    """
    labels, reference = _with_reference(labels, reference)
    return float(adjusted_rand_score(reference, labels)) if len(labels) else float("nan")


def nmi(labels: np.ndarray, reference: np.ndarray) -> float:
    """Normalised mutual information (arithmetic mean of entropies), over the same sites as `ari`.

    Parameters
    ----------
    labels, reference : (site,) int arrays
    """
    labels, reference = _with_reference(labels, reference)
    return float(normalized_mutual_info_score(reference, labels)) if len(labels) else float("nan")


def correlation(labels: np.ndarray, reference: np.ndarray) -> float:
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


def best_correlations(labels: np.ndarray, classes: np.ndarray, n_classes: int) -> np.ndarray:
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


def within(targets: np.ndarray, reach: float) -> np.ndarray:
    """Samples that have a target within a distance, exactly as a Euclidean distance transform tells them.

    Parameters
    ----------
    targets : (y, x) bool array
    reach : float
        In samples. The time is proportional to it: it pays while it is short.

    Returns
    -------
    (y, x) bool array
    """
    steps = int(reach)
    gap = np.where(targets, 0, steps + 1).astype(np.min_scalar_type(steps + 2))  # to the nearest target of the row
    for _ in range(steps):
        np.minimum(gap[:, 1:], gap[:, :-1] + 1, out=gap[:, 1:])
        np.minimum(gap[:, :-1], gap[:, 1:] + 1, out=gap[:, :-1])
    near = gap <= steps
    for step in range(1, steps + 1):
        chord = gap <= int(np.sqrt(reach**2 - step**2))
        near[step:] |= chord[:-step]
        near[:-step] |= chord[step:]
    return near


def wall_precision_recall(
    wall_map: np.ndarray,
    reference_wall_map: np.ndarray,
    samples_per_cell: float,
    tolerance_cells: float = 1.0,
    near_reference: np.ndarray | None = None,
) -> tuple[float, float, float]:
    """How many of the found wall samples are real, and how many of the real ones are found.

    Parameters
    ----------
    wall_map, reference_wall_map : (y, x) bool arrays
    samples_per_cell : float
        Samples of the maps in a unit cell.
    tolerance_cells : float
        Distance, in unit cells, up to which two wall samples are the same wall.
    near_reference : (y, x) bool array, optional
        `within` that distance of the reference's walls, where it is known already.

    Returns
    -------
    precision, recall, f1 : float
        Both maps empty: all 1. One of them empty: all 0.
    """
    found, real = np.asarray(wall_map, bool), np.asarray(reference_wall_map, bool)
    tolerance = tolerance_cells * samples_per_cell
    near_real = within(real, tolerance) if near_reference is None else near_reference
    precision, recall = _share(found, near_real, real), _share(real, within(found, tolerance), found)
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total > 0 else 0.0
