"""Agreement of a segmentation with a reference: labels at matched sites, and walls within a tolerance."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score
from sklearn.metrics.cluster import contingency_matrix

# Our choices for the variants of a polarization map. A silhouette above a half is "reasonable structure"
# (Kaufman and Rousseeuw 1990); one round cloud cut in two stays below it.
MIN_SILHOUETTE = 0.5
MIN_SIGNAL_TO_NOISE = 2.0
SILHOUETTE_SITES = 2000
SILHOUETTE_MARGIN = 0.1


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


def _share_near(samples: np.ndarray, targets: np.ndarray, tolerance: float) -> float:
    """Share of the samples of one map that lie within a distance, in samples, of the other map's."""
    if not samples.any():
        return 1.0 if not targets.any() else 0.0
    if not targets.any():
        return 0.0
    return float((distance_transform_edt(~targets)[samples] <= tolerance).mean())


def _smoothed(polarization: np.ndarray, yx: np.ndarray, radius_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean polarization of each site and its neighbours, and how many they are."""
    tree = cKDTree(yx)
    neighbours = tree.sparse_distance_matrix(tree, radius_px, output_type="coo_matrix").tocsr()
    # Only which sites are near counts, and a site is its own neighbour at a distance that is not stored.
    neighbours.data[:] = 1.0
    neighbours.setdiag(1.0)
    count = np.asarray(neighbours.sum(axis=1)).ravel()
    return (neighbours @ polarization) / count[:, None], count


def _above_noise(polarization: np.ndarray, smoothed: np.ndarray, count: np.ndarray) -> bool:
    """Whether the smoothed map varies by more than the noise that smoothing leaves in it."""
    inner = count > 1
    if not inner.any():
        return False
    # A mean that includes the site itself leaves (count - 1) / count of the site's variance.
    residual = ((polarization - smoothed)[inner] ** 2).sum(axis=1) * count[inner] / (count[inner] - 1)
    noise = (residual.mean() / count[inner]).mean()
    signal = smoothed[inner].var(axis=0).sum()
    return bool(signal > MIN_SIGNAL_TO_NOISE**2 * noise)


def _variants(smoothed: np.ndarray, max_variants: int, seed: int) -> np.ndarray:
    """k-means labels with the smallest k of a good silhouette; one variant where none is good enough."""
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(smoothed))[:SILHOUETTE_SITES]
    scores, labels = [MIN_SILHOUETTE], [np.zeros(len(smoothed), dtype=int)]
    for k in range(2, min(max_variants, len(smoothed) - 1) + 1):
        found = KMeans(k, n_init=4, random_state=seed).fit(smoothed)
        if len(np.unique(found.labels_[some])) < 2:
            continue
        # Numbered by the direction of their polarization, so that a number means the same in any run.
        angle = np.arctan2(found.cluster_centers_[:, 0], found.cluster_centers_[:, 1])
        labels.append(np.argsort(np.argsort(angle))[found.labels_])
        scores.append(silhouette_score(smoothed[some], found.labels_[some]))
    if max(scores) == MIN_SILHOUETTE:
        return labels[0]
    # Smoothing leaves averages of two variants along walls: fewer variants are taken unless clearly worse.
    return labels[next(i for i, score in enumerate(scores) if i and score >= max(scores) - SILHOUETTE_MARGIN)]


def match_sites(yx_sites: np.ndarray, yx_ref: np.ndarray, max_distance_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Pair each site with the reference position that is its nearest, where it is also that one's nearest.

    Parameters
    ----------
    yx_sites : (site, 2) array, px
    yx_ref : (reference, 2) array, px
    max_distance_px : float
        Pairs further apart are none.

    Returns
    -------
    site, reference : (pair,) int arrays
        Indices, by rising site; each site and each reference position occurs once at most.
    """
    yx_sites, yx_ref = np.asarray(yx_sites, float), np.asarray(yx_ref, float)
    if not len(yx_sites) or not len(yx_ref):
        return np.empty(0, dtype=int), np.empty(0, dtype=int)
    distance, nearest = cKDTree(yx_ref).query(yx_sites)
    _, back = cKDTree(yx_sites).query(yx_ref)
    site = np.flatnonzero((distance <= max_distance_px) & (back[nearest] == np.arange(len(yx_sites))))
    return site, nearest[site]


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


def wall_precision_recall(
    wall_map: np.ndarray,
    reference_wall_map: np.ndarray,
    samples_per_cell: float,
    tolerance_cells: float = 1.0,
) -> tuple[float, float, float]:
    """How many of the found wall samples are real, and how many of the real ones are found.

    Parameters
    ----------
    wall_map, reference_wall_map : (y, x) bool arrays
    samples_per_cell : float
        Samples of the maps in a unit cell.
    tolerance_cells : float
        Distance, in unit cells, up to which two wall samples are the same wall.

    Returns
    -------
    precision, recall, f1 : float
        Both maps empty: all 1. One of them empty: all 0.
    """
    found, real = np.asarray(wall_map, bool), np.asarray(reference_wall_map, bool)
    tolerance = tolerance_cells * samples_per_cell
    precision, recall = _share_near(found, real, tolerance), _share_near(real, found, tolerance)
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total > 0 else 0.0


def polarization_variants(
    polarization: np.ndarray,
    yx: np.ndarray,
    cell_px: float,
    radius_cells: float = 1.25,
    max_variants: int = 4,
    seed: int = 0,
) -> np.ndarray:
    """Ferroelectric variants of a polarization map: reference labels where there is no label truth.

    Parameters
    ----------
    polarization : (site, 2) array
        (y, x) components in any unit; NaN where unknown.
    yx : (site, 2) array, px
    cell_px : float
        Edge of the unit cell.
    radius_cells : float
        Polarization is averaged over the sites within this radius first.
    max_variants : int
        Most variants to tell apart.
    seed : int

    Returns
    -------
    (site,) int array
        0 ... variants - 1 by rising direction of polarization, -1 where it is NaN.

    Notes
    -----
    k-means, as in the paper, which does not say how k is chosen. Our choice: one variant where the smoothed
    map varies by less than twice the noise that is left in it (as without polarization, or in a single
    domain); else the smallest k of 2 ... `max_variants` whose silhouette is within 0.1 of the best, if the
    best exceeds 0.5.
    """
    polarization, yx = np.asarray(polarization, float), np.asarray(yx, float)
    known = np.isfinite(polarization).all(axis=1)
    labels = np.full(len(polarization), -1)
    if not known.any():
        return labels
    smoothed, count = _smoothed(polarization[known], yx[known], radius_cells * cell_px)
    above = _above_noise(polarization[known], smoothed, count)
    labels[known] = _variants(smoothed, max_variants, seed) if above else 0
    return labels


def agreement(
    labels: np.ndarray,
    yx: np.ndarray,
    reference_labels: np.ndarray,
    yx_reference: np.ndarray,
    max_distance_px: float,
    wall_map: np.ndarray | None = None,
    reference_wall_map: np.ndarray | None = None,
    samples_per_cell: float = 8.0,
    tolerance_cells: float = 1.0,
) -> dict[str, float]:
    """Every measure of agreement of a segmentation with a reference.

    Parameters
    ----------
    labels : (site,) int array
    yx : (site, 2) array, px
    reference_labels : (reference,) int array
        Negative where unknown.
    yx_reference : (reference, 2) array, px
    max_distance_px : float
        Furthest that a site lies from its reference position.
    wall_map, reference_wall_map : (y, x) bool arrays, optional
        On one raster of `samples_per_cell`.
    tolerance_cells : float
        As in `wall_precision_recall`.

    Returns
    -------
    dict of str to float
        ari, nmi, correlation, wall_precision, wall_recall, wall_f1; NaN where nothing is there to compare.
    """
    site, partner = match_sites(yx, yx_reference, max_distance_px)
    found, real = np.asarray(labels)[site], np.asarray(reference_labels)[partner]
    walls = (float("nan"),) * 3
    if wall_map is not None and reference_wall_map is not None:
        walls = wall_precision_recall(wall_map, reference_wall_map, samples_per_cell, tolerance_cells)
    names = ("ari", "nmi", "correlation", "wall_precision", "wall_recall", "wall_f1")
    values = (ari(found, real), nmi(found, real), correlation(found, real), *walls)
    return dict(zip(names, values, strict=True))
