"""Guards: whether a segmentation shows domains at all, so that rewards cannot be had for nothing."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.spatial import cKDTree

from ferrotune.errors import InputError

OK = "ok"
ONE_CLUSTER = "one_cluster"
NO_WALLS = "no_walls"
NOT_ABOVE_NOISE = "not_above_noise"
FAILED = "failed"  # the trial raised; given by whoever caught it
STATUSES = (OK, ONE_CLUSTER, NO_WALLS, NOT_ABOVE_NOISE, FAILED)  # a store keeps the place in this list

NEIGHBOUR = 1.25  # cells; between the edge of a unit cell and its diagonal
SIGNIFICANCE = 0.01  # one-sided; our choice
PERMUTATIONS = 999
# Share of sites outside the largest label. Below it they are outliers, or a strip along the image's frame (a
# row of a full-size image is 0.6 %), whose wall would be long and straight for nothing. Our choice.
MINORITY = 0.01
# A wall is sharp: labels that mix over more than a few cells follow a trend (thickness, mis-tilt), or nothing.
TREND = 4.0  # cells; sigma of the surroundings in which labels could be mixed
TREND_GAP = 1.6  # cells; nearer sites are left out of the surroundings: their windows share most of their pixels
ACROSS = (2.5, 3.5)  # cells; sites this far apart stand on the two sides of a wall, whose width is about two cells


def _join_moments(counts, edges):
    """Mean and variance of the number of like-labelled pairs over all permutations of the labels."""
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
    """Whether like-labelled neighbours are more than under shuffled labels, at SIGNIFICANCE."""
    if len(edges) == 0 or len(labels) < 4:
        return False
    joins = np.count_nonzero(labels[edges[:, 0]] == labels[edges[:, 1]])
    mean, variance = _join_moments(np.bincount(labels).astype(float), edges)
    if joins <= mean:
        return False
    # Cantelli's inequality: p <= 1 / (1 + z^2) whatever the distribution, which settles nearly all real cases
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


def site_graph(yx, cell_px):
    """Pairs of neighbouring sites: those within 1.25 cells, along the edges of the unit cell.

    Parameters
    ----------
    yx : (n, 2) float
        Positions of the sites, px.
    cell_px : float
        Geometric mean length of the unit cell's edges, px.

    Returns
    -------
    (m, 2) int
        Pairs of indices, the smaller first, in ascending order.
    """
    yx = np.asarray(yx, dtype=float).reshape(-1, 2)
    if not (np.isfinite(yx).all() and np.isfinite(cell_px) and cell_px > 0):
        raise InputError(f"site graph: positions must be finite and the cell ({cell_px} px) > 0; drop such sites")
    edges = cKDTree(yx).query_pairs(NEIGHBOUR * cell_px, output_type="ndarray") if len(yx) else []
    edges = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return edges[np.lexsort([edges[:, 1], edges[:, 0]])]


@dataclass(frozen=True)
class Limits:
    """Least product of `sharpness` and `crossing`, and least `crossing`. Our choice, see `status`."""

    distinct: float = 0.42
    crossed: float = 0.67


LIMITS = Limits()


@dataclass(frozen=True)
class Neighbourhood:
    """Who is near whom: edges (m, 2) of the site graph, around (n, n) sparse weights, across (k, 2) pairs."""

    edges: np.ndarray
    around: csr_array
    across: np.ndarray

    @classmethod
    def of(cls, yx, cell_px, grid=None, across_px=None):
        """Of sites yx (n, 2) px, a unit cell apart.

        Of windows on a grid, cell_px is the distance at which they hardly share pixels, and `grid` (n,) int the
        number of the interleaved grid of such a spacing that each belongs to: no pair of neighbours is taken from
        two. A third of the distance over which a wall is crossed, across_px, is then given apart: the nearer the
        pairs, the better is a wall told from a trend, and noise does not enter there.
        """
        far = yx
        if grid is not None:
            # moved so far from each other that no pair of two grids is near
            reach = np.ptp(yx, axis=0).max(initial=0.0) + 4 * TREND * cell_px
            far = yx + np.outer(grid, [reach, 0.0])
        return cls(site_graph(far, cell_px), surroundings(far, cell_px), pairs_across(yx, across_px or cell_px))

    @property
    def apart(self):
        """The same, with the pairs across in place of the site graph's: for descriptors that neighbours share.

        Averages, and vectors between neighbours, make neighbours agree even in noise; three cells apart they do not.
        As far as averages still share there, `crossing` is the less. Of five simulated films without walls the product
        was 0.25 at most before averaging; where labels agreed with the truth it was 0.3 to 0.6 on films with walls many
        cells apart, and 0.2 on nanodomains of a few cells, which are then refused.
        """
        return Neighbourhood(self.across, self.around, self.across)


def pairs_across(yx, cell_px):
    """Pairs (k, 2) of sites yx (n, 2) px that are 2.5 to 3.5 cells apart."""
    pairs = cKDTree(yx).query_pairs(ACROSS[1] * cell_px, output_type="ndarray")
    distance = np.hypot(*(yx[pairs[:, 0]] - yx[pairs[:, 1]]).T)
    pairs = pairs[distance > ACROSS[0] * cell_px]
    return pairs[np.lexsort([pairs[:, 1], pairs[:, 0]])]


def surroundings(yx, cell_px):
    """Weights of the sites around each site: a Gaussian of 4 cells, without the nearest neighbours.

    Parameters
    ----------
    yx : (n, 2) float, px
    cell_px : float

    Returns
    -------
    (n, n) sparse float32, rows summing to 1 (to 0 for a site with nothing around it)
    """
    pairs = cKDTree(yx).query_pairs(2 * TREND * cell_px, output_type="ndarray")
    distance = np.hypot(*(yx[pairs[:, 0]] - yx[pairs[:, 1]]).T) / cell_px
    pairs, distance = pairs[distance > TREND_GAP], distance[distance > TREND_GAP]
    weight = np.exp(-(distance**2) / (2 * TREND**2)).astype(np.float32)
    ends = (np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]]))
    weights = csr_array(coo_array((np.tile(weight, 2), ends), shape=(len(yx), len(yx))))
    weights.sort_indices()
    total = weights.sum(axis=1)
    return csr_array(diags_array(1 / np.where(total > 0, total, 1).astype(np.float32)) @ weights)


def sharpness(labels, edges, around):
    """How far neighbours agree beyond what labels mixed over their surroundings would, as a share of the possible.

    Cohen's kappa of neighbouring labels, with the agreement expected by chance taken pair by pair from the
    label frequencies around the two sites: 1 for pure domains with sharp walls, 0 for labels that are noise,
    between for a diffuse front where a trend in thickness or mis-tilt crosses from one cluster to the next.

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
    Our choice. On simulated images segmentations that agree with the truth have 0.6 (mottled nanodomains of a few
    cells) to 0.9, pure noise 0.1 at most, fronts of a trend 0.2 to 0.7.
    """
    labels = np.unique(labels, return_inverse=True)[1]
    shares = around @ np.eye(labels.max() + 1, dtype=np.float32)[labels]
    expected = (shares[edges[:, 0]] * shares[edges[:, 1]]).sum(axis=1, dtype=float)
    agree = labels[edges[:, 0]] == labels[edges[:, 1]]
    possible = (1 - expected).sum()
    return float((agree - expected).sum() / possible) if possible > 0 else 0.0


def crossing(scores, labels, across):
    """How much of the difference between clusters is crossed within three cells, where their labels meet.

    The mean over pairs of unlike labels of the difference of their descriptors along the line between the two
    clusters' means, as a share of the means' distance: near 1 where a wall separates them, and the distance
    crossed over the length of the whole change where a trend (thickness, mis-tilt) leads from one to the other.

    Parameters
    ----------
    scores : (n, r) float, the descriptors that were clustered
    labels : (n,) int, none negative
    across : (k, 2) int, from `pairs_across`

    Returns
    -------
    float, 0 where no two labels meet

    Notes
    -----
    Our choice. On simulated images with walls it is 0.5 to 0.9, on fronts of a trend 0.2 to 0.5. Noise has as much
    as walls have: that it is noise, `sharpness` tells.
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
    """Whether a segmentation can be rewarded: OK, or the first reason why not.

    ONE_CLUSTER: one label holds all sites but 1 % at most. NOT_ABOVE_NOISE: neighbouring sites agree no more
    often than under shuffled labels, or the clusters are not distinct where they meet: `sharpness`, which noise has
    not, times `crossing`, which trends have not, is below 0.42, or `crossing` alone below 0.67. NO_WALLS: not one
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
    inequality makes of them a bound on p; where the bound does not decide, 999 permutations do.

    Both limits are our choice. Of 40 settings on each of 20 simulated films without walls (20 % Sm; mis-tilt of 8 pm
    with a gradient of thickness) the product was up to 0.53 where the crossing was at most 0.64, and at most 0.37
    where it was more. Segmentations that agree with the truth have 0.5 to 0.7 with a crossing of 0.7 to 0.9 on
    simulated films, and 0.43 to 0.49 with 0.69 to 0.86 on a junction in PbTiO3.
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
