"""Guards: tests whether a segmentation shows domains; a trivial segmentation must not win by its rewards."""

from dataclasses import dataclass

import numpy as np

OK = "ok"
ONE_CLUSTER = "one_cluster"
NO_WALLS = "no_walls"
NOT_ABOVE_NOISE = "not_above_noise"
FAILED = "failed"  # the trial raised an error; set by the code that caught it
STATUSES = (OK, ONE_CLUSTER, NO_WALLS, NOT_ABOVE_NOISE, FAILED)  # a store keeps the index in this tuple
SIGNIFICANCE = 0.01  # one-sided; our choice
PERMUTATIONS = 999
# Smallest share of sites outside the largest label. Fewer sites are outliers, or a strip along the frame of the image
# (a row of a full-size image is 0.6 %), whose wall would be long and straight but no domain wall. Our choice.
MINORITY = 0.01


def _join_moments(counts, edges):
    """Mean and variance of the number of pairs with equal labels over all permutations of the labels."""
    n = float(counts.sum())
    # falling powers: choices of 2, 3, 4 different sites of the same label
    two, three, four = (np.prod([counts - k for k in range(m)], axis=0) for m in (2, 3, 4))
    like = two.sum() / (n * (n - 1))
    like_touching = three.sum() / (n * (n - 1) * (n - 2))
    like_apart = (four.sum() + two.sum() ** 2 - (two**2).sum()) / (n * (n - 1) * (n - 2) * (n - 3))
    joins = float(len(edges))
    degree = np.bincount(edges.ravel()).astype(float)
    touching = (degree * (degree - 1)).sum()
    apart = joins * (joins - 1) - touching
    mean = joins * like
    return mean, mean + touching * like_touching + apart * like_apart - mean**2


def _above_noise(labels, edges, seed):
    """Whether more neighbours have equal labels than with shuffled labels, at SIGNIFICANCE."""
    if len(edges) == 0 or len(labels) < 4:
        return False
    joins = np.count_nonzero(labels[edges[:, 0]] == labels[edges[:, 1]])
    mean, variance = _join_moments(np.bincount(labels).astype(float), edges)
    if joins <= mean:
        return False
    # Cantelli's inequality: p <= 1 / (1 + z^2) for any distribution; this decides nearly all real cases
    if (joins - mean) ** 2 >= (1 / SIGNIFICANCE - 1) * variance:
        return True
    rng = np.random.default_rng(seed)
    as_many = 1  # the labels themselves are one of the permutations
    for _ in range(PERMUTATIONS):
        shuffled = rng.permutation(labels)
        as_many += np.count_nonzero(shuffled[edges[:, 0]] == shuffled[edges[:, 1]]) >= joins
        if as_many >= SIGNIFICANCE * (PERMUTATIONS + 1):
            return False
    return True


@dataclass(frozen=True)
class Limits:
    """Smallest product of `sharpness` and `crossing`, and smallest `crossing`. Our choice, see `status`."""

    distinct: float = 0.42
    crossed: float = 0.67


LIMITS = Limits()


def sharpness(labels, edges, around):
    """Sharpness of the walls: how much more neighbours agree than if labels were mixed with their surroundings.

    This is Cohen's kappa of neighbouring labels. The agreement expected by chance is computed for each pair from the
    label frequencies around the two sites. It is 1 for pure domains with sharp walls, 0 for noise, and between for a
    diffuse front, where a trend in thickness or mis-tilt crosses from one cluster to the next.

    Parameters
    ----------
    labels : (n,) int, none negative
    edges : (m, 2) int
    around : (n, n) sparse, from `surroundings`

    Returns
    -------
    float

    Notes
    -----
    Our choice. On simulated images it is 0.6 (mottled nanodomains of a few cells) to 0.9 for segmentations that agree
    with the truth, at most 0.1 for pure noise, and 0.2 to 0.7 for fronts of a trend.
    """
    labels = np.unique(labels, return_inverse=True)[1]
    shares = around @ np.eye(labels.max() + 1, dtype=np.float32)[labels]
    expected = (shares[edges[:, 0]] * shares[edges[:, 1]]).sum(axis=1, dtype=float)
    agree = labels[edges[:, 0]] == labels[edges[:, 1]]
    possible = (1 - expected).sum()
    return float((agree - expected).sum() / possible) if possible > 0 else 0.0


def crossing(scores, labels, across):
    """Share of the difference between two clusters that lies within three cells of their border.

    For each pair of sites with different labels, the difference of their descriptors is projected on the line between
    the means of the two clusters, and divided by the distance of the means. The result is the mean over all pairs. It
    is near 1 where a wall separates the clusters. Where a trend (thickness, mis-tilt) leads from one cluster to the
    other, it is three cells divided by the length of the trend.

    Parameters
    ----------
    scores : (n, r) float, the descriptors that were clustered
    labels : (n,) int, none negative
    across : (k, 2) int, from `pairs_across`

    Returns
    -------
    float, 0 if no two labels meet

    Notes
    -----
    Our choice. On simulated images it is 0.5 to 0.9 at walls, and 0.2 to 0.5 on fronts of a trend. It is as large for
    noise as for walls; `sharpness` distinguishes noise.
    """
    labels = np.unique(labels, return_inverse=True)[1]
    means = np.stack([scores[labels == k].mean(axis=0) for k in range(labels.max() + 1)])
    unlike = across[labels[across[:, 0]] != labels[across[:, 1]]]
    if not len(unlike):
        return 0.0
    one, other = labels[unlike].T
    along = scores @ means.T
    step, pair = along[unlike[:, 0]] - along[unlike[:, 1]], np.arange(len(unlike))
    squared = ((means[:, None] - means) ** 2).sum(axis=2)[one, other]
    return float(np.mean((step[pair, one] - step[pair, other]) / np.maximum(squared, np.finfo(float).tiny)))


def status(labels, scores, near, walls, seed, limits=LIMITS):
    """Status of a segmentation: OK, or the first reason why its rewards do not count.

    ONE_CLUSTER: at most 1 % of the sites are outside the largest label. NOT_ABOVE_NOISE: neighbouring sites agree no
    more often than with shuffled labels, or the clusters are not distinct where they meet: the product of `sharpness`
    (small for noise) and `crossing` (small for trends) is below 0.42, or `crossing` alone is below 0.67. NO_WALLS: no
    straight segment was found.

    Parameters
    ----------
    labels : (n,) int
        Label of each site.
    scores : (n, r) float
        The descriptors that were clustered.
    near : Neighbourhood
    walls : ferrotune.walls.Walls
        Walls of the segmentation.
    seed : int
        Seed of the permutations.
    limits : Limits

    Returns
    -------
    str
        OK, ONE_CLUSTER, NOT_ABOVE_NOISE or NO_WALLS.

    Notes
    -----
    The join count of Moran (1948) for all labels together; its mean and variance under permutation are exact
    (Cliff and Ord, Spatial Processes, 1981, ch. 1: non-free sampling, summed here over labels). Cantelli's
    inequality gives a bound on p from them; if the bound does not decide, 999 permutations do.

    Both limits are our choice. They were chosen with 40 settings on each of 20 simulated films without walls (20 % Sm;
    mis-tilt of 8 pm with a gradient of thickness). There the product was up to 0.53 if the crossing was at most 0.64,
    and at most 0.37 if the crossing was larger. Segmentations that agree with the truth have a product of 0.5 to 0.7
    with a crossing of 0.7 to 0.9 on simulated films, and 0.43 to 0.49 with 0.69 to 0.86 on a junction in PbTiO3.
    """
    labels = np.unique(labels, return_inverse=True)[1]
    if len(labels) == 0 or len(labels) - np.bincount(labels).max() <= MINORITY * len(labels):
        return ONE_CLUSTER
    if not _above_noise(labels, near.edges, seed):
        return NOT_ABOVE_NOISE
    crossed = crossing(scores, labels, near.across)
    if crossed < limits.crossed or sharpness(labels, near.edges, near.around) * crossed < limits.distinct:
        return NOT_ABOVE_NOISE
    return OK if len(walls.segments) else NO_WALLS
