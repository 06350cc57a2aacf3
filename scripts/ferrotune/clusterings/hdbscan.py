"""HDBSCAN: dense groups of any shape; their number is found."""

import numpy as np

from ferrotune.pipelines.parameters import SHARE, Parameter

PARAMETERS = {"least_share": Parameter(SHARE, "groups of at least {} of the sites")}


def cluster(scores, setting, seed):
    """Labels (site,) of dense groups (Campello, Moulavi and Sander, PAKDD 2013); the seed is not used.

    Sites that HDBSCAN calls noise take the label of the nearest site with a label, as every site is of some variant.
    Ours.
    """
    from scipy.spatial import cKDTree
    from sklearn.cluster import HDBSCAN

    least = max(2, round(setting["least_share"] * len(scores)))
    labels = HDBSCAN(min_cluster_size=least, copy=True).fit_predict(scores)
    noise = labels < 0
    if noise.all():
        return np.zeros(len(scores), int)
    labels[noise] = labels[~noise][cKDTree(scores[~noise]).query(scores[noise])[1]]
    return labels
