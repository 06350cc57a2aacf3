"""Ferroelectric variants of a polarization map, by k-means."""

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from ferrotune.cells.median_polarization import median_polarization
from ferrotune.cells.unit_cells import polarization_at

# Our choices. A silhouette above a half is "reasonable structure" (Kaufman and Rousseeuw 1990); a single round cloud
# that is cut in two stays below it.
MIN_SILHOUETTE = 0.5
MIN_SIGNAL_TO_NOISE = 2.0
SILHOUETTE_SITES = 2000
# What a physicist writes in ten lines, and our results are compared with.
PEER_WINDOW, PEER_CLUSTERS = 5, 4


def _neighbours(yx, radius_px):
    """Matrix (site, site) of ones where two sites are near; a site is near itself."""
    tree = cKDTree(yx)
    neighbours = csr_array(tree.sparse_distance_matrix(tree, radius_px, output_type="coo_matrix"))
    # Distances do not count. That of a site to itself is 0, and is not stored.
    neighbours.data[:] = 1.0
    neighbours.setdiag(1.0)
    return neighbours


def _above_noise(polarization, smoothed, count):
    """Whether the smoothed map varies by more than the noise that smoothing leaves in it."""
    inner = count > 1
    if not inner.any():
        return False
    # A mean that includes the site itself leaves (count - 1) / count of the site's variance.
    residual = ((polarization - smoothed)[inner] ** 2).sum(axis=1) * count[inner] / (count[inner] - 1)
    noise = (residual.mean() / count[inner]).mean()
    signal = smoothed[inner].var(axis=0).sum()
    return bool(signal > MIN_SIGNAL_TO_NOISE**2 * noise)


def _by_direction(means):
    """Number the clusters by the direction of their polarization, so that a number means the same in any run."""
    angle = np.arctan2(means.cluster_centers_[:, 0], means.cluster_centers_[:, 1])
    return np.argsort(np.argsort(angle))


def _silhouette(smoothed, labels, neighbours, rng):
    """Mean over clusters of the silhouettes inside their domains; small clusters count as much as large ones.

    Along walls smoothing mixes two variants, and these sites do not count. A cluster of such sites only has no
    domain and is no variant: -1.
    """
    from sklearn.metrics import silhouette_samples  # here, as most jobs that load this module do not need it

    k = labels.max() + 1
    alike = (neighbours @ np.eye(k)[labels])[np.arange(len(labels)), labels]
    inside = alike == neighbours.sum(axis=1)
    of_each = [rng.permutation(np.flatnonzero(inside & (labels == j)))[: SILHOUETTE_SITES // k] for j in range(k)]
    if min(map(len, of_each)) < 2:
        return -1.0
    some = np.concatenate(of_each)
    silhouettes = silhouette_samples(smoothed[some], labels[some])
    return float(np.mean([silhouettes[labels[some] == j].mean() for j in range(k)]))


def _variants(smoothed, neighbours, max_variants, seed):
    """Label by k-means, with the k of the best silhouette; one variant where no k is good enough."""
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(seed)
    best, labels = MIN_SILHOUETTE, np.zeros(len(smoothed), dtype=int)
    for k in range(2, min(max_variants, len(smoothed) - 1) + 1):
        found = KMeans(k, n_init=4, random_state=seed).fit(smoothed)
        silhouette = _silhouette(smoothed, found.labels_, neighbours, rng)
        if silhouette > best:
            best, labels = silhouette, _by_direction(found)[found.labels_]
    return labels


def peer_labels(polarization, ab, k=PEER_CLUSTERS, seed=0):
    """Label cells as a physicist would in ten lines: a median filter of the displacement of B, then k-means.

    Parameters
    ----------
    polarization : (cell, 2) array
        (y, x) components in any unit; NaN where unknown.
    ab : (cell, 2) int array
        Lattice indices of the cells.
    k : int
    seed : int

    Returns
    -------
    (cell,) int array
        -1 where the polarization is unknown.
    """
    smooth = median_polarization(polarization, ab, PEER_WINDOW)
    return polarization_clusters(smooth, k, seed)[0]


def polarization_clusters(polarization, k, seed=0):
    """Cluster a measured polarization map into k clusters by k-means, whether or not there are k variants.

    Parameters
    ----------
    polarization : (cell, 2) array
        (y, x) components in any unit; NaN where unknown.
    k : int
    seed : int

    Returns
    -------
    labels : (cell,) int array
        0 ... k - 1 by rising direction of polarization, -1 where it is NaN; all -1 where fewer than k are known.
    means : (k, 2) array
        Mean polarization of each cluster, same unit; NaN where there is none.

    Notes
    -----
    Barakati et al., arXiv 2411.12612, Fig. 2, where k is not given.
    """
    polarization = np.asarray(polarization, float)
    known = np.isfinite(polarization).all(axis=1)
    labels, means = np.full(len(polarization), -1), np.full((k, 2), np.nan)
    if known.sum() >= k:
        from sklearn.cluster import KMeans

        found = KMeans(k, n_init=4, random_state=seed).fit(polarization[known])
        number = _by_direction(found)
        labels[known], means[number] = number[found.labels_], found.cluster_centers_
    return labels, means


def clusters_at(sites_yx, yx, polarization, means, cell_px):
    """Find the cluster of the polarization at each site; a site may be the corner of cells.

    Parameters
    ----------
    sites_yx : (site, 2) array, px
    yx : (cell, 2) array, px
    polarization : (cell, 2) array
        (y, x) components in any unit; NaN where unknown.
    means : (k, 2) array
        From `polarization_clusters`.
    cell_px : float

    Returns
    -------
    (site,) int array
        Row of the mean nearest to the polarization at the site (`ferrotune.cells.unit_cells.polarization_at`);
        -1 where the polarization is unknown.
    """
    labels = np.full(len(sites_yx), -1)
    if np.isfinite(means).all():
        found = polarization_at(sites_yx, yx, polarization, cell_px)
        known = np.isfinite(found).all(axis=1)
        labels[known] = ((found[known, None] - means) ** 2).sum(axis=-1).argmin(axis=1)
    return labels


def polarization_variants(
    polarization,
    yx,
    cell_px,
    radius_cells=1.25,
    max_variants=4,
    seed=0,
):
    """Find the ferroelectric variants of a polarization map, as reference labels where the truth is unknown.

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
        Largest number of variants.
    seed : int

    Returns
    -------
    (site,) int array
        0 ... variants - 1 by rising direction of polarization, -1 where it is NaN.

    Notes
    -----
    k-means, as in the paper, which does not say how k is chosen. Our choice: there is one variant where the smoothed
    map varies by less than twice the noise that is left in it (without polarization, or in a single domain).
    Otherwise k is the number from 2 to `max_variants` with the best silhouette, if this exceeds 0.5. The silhouette
    is the mean over clusters of the silhouette inside their domains: a variant of few sites counts as much as others.
    """
    polarization, yx = np.asarray(polarization, float), np.asarray(yx, float)
    known = np.isfinite(polarization).all(axis=1)
    labels = np.full(len(polarization), -1)
    if not known.any():
        return labels
    neighbours = _neighbours(yx[known], radius_cells * cell_px)
    count = neighbours.sum(axis=1)
    smoothed = (neighbours @ polarization[known]) / count[:, None]
    above = _above_noise(polarization[known], smoothed, count)
    labels[known] = _variants(smoothed, neighbours, max_variants, seed) if above else 0
    return labels
