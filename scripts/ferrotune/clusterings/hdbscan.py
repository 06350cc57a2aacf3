"""HDBSCAN: dense groups of any shape; their number is found."""

import numpy as np

from ferrotune.pipelines.parameters import MANY, SHARE, Parameter

FINDS_NUMBER = True
PARAMETERS = {
    "least_share": Parameter(SHARE, "groups of at least {} of the sites"),
    # as many sites as the least group has, where the config leaves it out: this is scikit-learn's default
    "neighbours": Parameter(MANY, "density by {} neighbours", unset="density by the least group", default=None),
}


def cluster(scores, setting, seed):
    """Labels (site,) of dense groups (Campello, Moulavi and Sander, PAKDD 2013); the seed is not used.

    `least_share` is the least share of the sites in a group; the density at a site is by the distance of one of its
    nearest neighbours, whose number is `neighbours`.

    Sites that HDBSCAN calls noise take the label of the nearest site with a label, as every site is of some variant.
    Ours.
    """
    from scipy.spatial import cKDTree
    from sklearn.cluster import HDBSCAN

    least = max(2, round(setting["least_share"] * len(scores)))
    labels = HDBSCAN(min_cluster_size=least, min_samples=setting.get("neighbours"), copy=True).fit_predict(scores)
    noise = labels < 0
    if noise.all():
        return np.zeros(len(scores), int)
    labels[noise] = labels[~noise][cKDTree(scores[~noise]).query(scores[noise])[1]]
    return labels
