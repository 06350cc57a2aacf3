"""Divisions of a field by k-means that are found again from halves of the film, and how well labels agree with them."""

import numpy as np

from ferrotune.segmentation.agreement import ari

# Our choices.
CLUSTERS = range(2, 6)
HALVES = 8
BLOCK = 8.0  # cells; a half is half of the blocks of this side, of fewer cells on small films
CLUSTERED = 2000  # sites of a half that k-means sees
COMPARED = 5000  # sites at which labels are compared with divisions


def _blocks(grid):
    """Number of the square block (site,) that each site lies in."""
    side = max(1, int(min(BLOCK / grid.step, min(grid.site.shape) / 4)))
    row, column = (grid.point // side).T
    return np.unique(row * (column.max() + 1) + column, return_inverse=True)[1]


def divisions_from_halves(grid, values, seed):
    """Divisions of all sites by the means that k-means finds in halves of them.

    Parameters
    ----------
    grid : SiteGrid
    values : (site, c) float, a smooth field
    seed : int

    Returns
    -------
    (clusters, HALVES, site) int8, one for each number in CLUSTERS
    """
    from sklearn.cluster import KMeans  # here, as most jobs that load this module do not need it

    block, divisions = _blocks(grid), np.empty((len(CLUSTERS), HALVES, len(values)), np.int8)
    for half in range(HALVES):
        rng = np.random.default_rng([seed, half, 2])
        blocks = rng.permutation(block.max() + 1)
        sites = np.flatnonzero(np.isin(block, blocks[: (len(blocks) + 1) // 2]))
        some = values[np.sort(rng.permutation(sites)[:CLUSTERED])]
        for number, clusters in enumerate(CLUSTERS):
            means = KMeans(clusters, n_init=2, random_state=half).fit(some)
            divisions[number, half] = means.predict(values)
    return divisions


def agreement_with_divisions(labels, divisions):
    """Mean adjusted Rand index of labels with the divisions from halves, for the number of clusters that agrees best.

    Where another half gives another division, no labels agree with all of them: a division that depends on where the
    film ends is not worth much. After the stability of clusterings (Ben-Hur, Elisseeff and Guyon, Pac. Symp. Biocomput.
    7, 6 (2002)), which compares clusterings of parts of the data with each other.

    Parameters
    ----------
    labels : (site,) int, negative where undecided
    divisions : (clusters, HALVES, site) int

    Returns
    -------
    float
        From 0, where labels agree by chance at most, to 1.

    Examples
    --------
    >>> import numpy as np
    >>> agreement_with_divisions(np.array([1, 1, 0, -1]), np.array([[[0, 0, 1, 1], [0, 0, 1, 0]]]))
    1.0
    """
    some = np.sort(np.random.default_rng(0).permutation(len(labels))[:COMPARED])
    if (labels[some] < 0).all():
        return 0.0
    return max(0.0, *(float(np.mean([ari(labels[some], division[some]) for division in of])) for of in divisions))
