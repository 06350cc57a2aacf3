"""Gaussian mixture, fitted by expectation maximisation."""

import numpy as np

from ferrotune.pipelines.parameters import COUNT, Parameter, choice

COVARIANCES = ("tied", "full", "diag", "spherical")
PARAMETERS = {
    "components": Parameter(COUNT, "k = {}"),
    "covariance": Parameter(choice(*COVARIANCES), "{}"),
}
SINGLE_PRECISION = True
REGULARISATION = 1e-6  # added to the diagonal of each covariance, which keeps it invertible
# Numbers a site from which our own fit takes scikit-learn's steps, for raw patches. Below, scikit-learn takes less than
# a second. Descriptors that are reduced have fewer. Ours.
MANY = 64


def cluster(scores, setting, seed):
    """Labels (site,) of the most probable component; a fit that has not converged after 100 steps is used too.

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

    from ferrotune.clusterings._large_mixture import fit_from, kmeans_start

    if scores.shape[1] >= MANY:
        values = np.asarray(scores, np.float32)
        start = kmeans_start(values, setting["components"], seed)
        return fit_from(values, start, setting["covariance"], REGULARISATION)[0]
    mixture = GaussianMixture(
        setting["components"], covariance_type=setting["covariance"], reg_covar=REGULARISATION, random_state=seed
    )
    return mixture.fit_predict(scores)
