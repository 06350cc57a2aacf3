"""k-means: each site belongs to the nearest of k means."""

from ferrotune.pipelines.parameters import COUNT, Parameter

PARAMETERS = {"components": Parameter(COUNT, "k = {}")}
STARTS = 4  # the best of these fits is taken


def cluster(scores, setting, seed):
    """Labels (site,) of the nearest mean.

    Parameters
    ----------
    scores : (site, r) float
    setting : dict with `components` (int)
    seed : int

    Returns
    -------
    (site,) int

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.array([[0.0, 1.0], [0.1, 1.1], [5.0, 4.0], [5.1, 4.1], [0.2, 0.9]])
    >>> labels = cluster(scores, {"components": 2}, seed=0)
    >>> (labels == labels[0]).tolist()
    [True, True, False, False, True]
    """
    from sklearn.cluster import KMeans

    return KMeans(setting["components"], n_init=STARTS, random_state=seed).fit_predict(scores)
