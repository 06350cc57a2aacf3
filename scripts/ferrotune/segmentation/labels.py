"""Labels of sites, from a clustering of their reduced descriptors."""

import warnings

import numpy as np


def _mean_variance(scores):
    """Mean over the numbers of a site (n, r) of their variance; of raw patches without a copy of them."""
    if scores.dtype != np.float32:
        return scores.var(axis=0).mean()
    square = np.einsum("ij,ij->i", scores, scores).mean(dtype=float)
    return np.float32(max(square / scores.shape[1] - (scores.mean(axis=0, dtype=float) ** 2).mean(), 0.0))


def cluster(scores, clustering, setting, seed):
    """Cluster sites by their scores, and number the labels by falling size.

    Parameters
    ----------
    scores : (n, r) float
    clustering : module of ferrotune.clusterings
    setting : dict with its parameters
    seed : int

    Returns
    -------
    (n,) int8 labels, 0 for the most frequent

    Raises
    ------
    ValueError
        From scikit-learn, where a covariance is not positive definite or there are too few sites.
    """
    from sklearn.exceptions import ConvergenceWarning  # here, as most jobs that load this module do not need it

    if not getattr(clustering, "SINGLE_PRECISION", False):
        scores = np.asarray(scores, float)
    scale = np.sqrt(_mean_variance(scores))
    if not scale > 0:
        raise ValueError("the descriptors of all sites are the same")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return by_size(clustering.cluster(scores / scale, setting, seed))


class Clusters:
    """A clustering with one setting, for the scores of an image and for those of its null maps."""

    def __init__(self, clustering, setting):
        self._clustering, self._setting = clustering, setting

    def __call__(self, scores, seed):
        """Labels (n,) int8 of scores (n, r)."""
        return cluster(scores, self._clustering, self._setting, seed)

    def of_null(self, scores, seed, groups):
        """Labels (n,) of the scores of a null map, to compare with those of an image that has some number of groups.

        A clustering that finds the number itself finds one group on most null maps, and there is no boundary to
        compare with. k-means with as many groups as the image has then cuts the map where it is cut most easily. Ours.
        """
        if not getattr(self._clustering, "FINDS_NUMBER", False) or groups < 2:
            return self(scores, seed)
        found = self(scores, seed)
        if found.any():
            return found
        from sklearn.cluster import KMeans

        return by_size(KMeans(groups, n_init=1, random_state=seed).fit_predict(scores))

    def on_grid(self, grid, labels, scores):
        """Labels (site,) when their places on a SiteGrid are known; the same for most clusterings."""
        if not hasattr(self._clustering, "on_grid"):
            return labels
        return self._clustering.on_grid(grid, labels, scores, self._setting)


def by_size(labels):
    """Labels (n,) int8, renumbered by falling size; the first to appear comes first among equal ones."""
    names, first, inverse, size = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(names), np.int8)
    rank[np.lexsort((first, -size))] = np.arange(len(names))
    return rank[inverse]
