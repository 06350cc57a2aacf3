"""Rewards in the space of descriptors: how far apart the clusters are, and whether their number is justified."""

import numpy as np

from ferrotune.rewards.registry import reward

SAMPLE = 1000  # sites in the silhouette; its time grows with their square
LARGEST_RANK = 256  # components; more (raw patches) take too long, and there are too few sites for them


def _known(segmentation):
    """Labels (m,) from 0 and scores (m, r) of the sites that have a label."""
    kept = segmentation.labels >= 0
    return np.unique(segmentation.labels[kept], return_inverse=True)[1], segmentation.scores[kept]


def _log_determinant(covariance):
    """Logarithm of the determinant, NaN where the matrix is singular."""
    sign, logarithm = np.linalg.slogdet(covariance)
    return logarithm if sign > 0 and np.isfinite(logarithm) else np.nan


@reward(
    "maximise",
    "1",
    "Variants are distinct: descriptors of one are nearer to each other than to those of the next.",
    "silhouette: Rousseeuw, J. Comput. Appl. Math. 20, 53 (1987)",
    needs=("scores",),
    costly=True,
)
def separation(segmentation):
    """Mean silhouette of the descriptors of at most 1,000 sites: 1 if far apart, 0 if touching, below 0 if mixed."""
    from sklearn.metrics import silhouette_score  # here, as reading the config must not wait for scikit-learn

    labels, scores = _known(segmentation)
    # a random sample, the same for all trials; regular steps would miss labels that alternate
    some = np.random.default_rng(0).permutation(len(labels))[:SAMPLE]
    labels, scores = labels[some], scores[some]
    if not 2 <= len(np.unique(labels)) < len(labels):
        return np.nan
    return silhouette_score(scores, labels)


@reward(
    "maximise",
    "nat",
    "As many clusters as the descriptors can distinguish, no more: likelihood minus complexity minus overlap.",
    "Slautin et al., arXiv 2510.00243 reward mixtures so; Biernacki et al., IEEE PAMI 22, 719 (2000); in our form",
    needs=("scores",),
)
def icl(segmentation):
    """Integrated completed likelihood of the labels minus that of one cluster, nats a site; below 0 for noise.

    For Gaussians of one covariance it is log(|T| / |W|) / 2 - H - (k - 1) (r + 1) log(n) / 2 n, with T the total and
    W the pooled covariance, H the entropy of k labels, r components and n sites. Linear maps of the descriptors
    do not change it. It is NaN if there are more than 256 components, or W is singular.

    Notes
    -----
    We read only the abstract of the reference (mixture likelihood, complexity, overlap).
    """
    labels, scores = _known(segmentation)
    n, r = scores.shape
    if not 0 < r <= LARGEST_RANK or not n:
        return np.nan
    count = np.bincount(labels).astype(float)
    centred = scores - scores.mean(axis=0)
    means = np.stack([np.bincount(labels, weights=column) for column in centred.T], axis=1) / count[:, None]
    total = centred.T @ centred / n
    between = means.T @ (means * (count / n)[:, None])
    share = count / n
    gain = (_log_determinant(total) - _log_determinant(total - between)) / 2
    return gain + (share * np.log(share)).sum() - (len(count) - 1) * (r + 1) * np.log(n) / (2 * n)
