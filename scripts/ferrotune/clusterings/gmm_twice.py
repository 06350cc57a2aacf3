"""Gaussian mixture that is fitted twice: the second fit starts from the means and weights of the first."""

from ferrotune.clusterings.gmm import PARAMETERS as PARAMETERS
from ferrotune.clusterings.gmm import REGULARISATION  # scikit-learn's default, which the authors' notebooks leave


def cluster(scores, setting, seed):
    """Labels (site,) of the most probable component of the second fit.

    As in public notebooks of the paper's authors (docs/authors.md). The covariances of the second fit start from
    k-means, as those of the first do.

    Parameters
    ----------
    scores : (site, r) float
    setting : dict with `components` (int) and `covariance` ("tied", "full", "diag" or "spherical")
    seed : int

    Returns
    -------
    (site,) int

    Examples
    --------
    >>> import numpy as np
    >>> scores = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    >>> labels = cluster(scores, {"components": 2, "covariance": "full"}, seed=0)
    >>> (labels == labels[0]).tolist()
    [True, True, True, False, False, False]
    """
    from sklearn.mixture import GaussianMixture

    known = {"covariance_type": setting["covariance"], "reg_covar": REGULARISATION, "random_state": seed}
    first = GaussianMixture(setting["components"], **known).fit(scores)
    start = {"means_init": first.means_, "weights_init": first.weights_}
    return GaussianMixture(setting["components"], **known, **start).fit_predict(scores)
