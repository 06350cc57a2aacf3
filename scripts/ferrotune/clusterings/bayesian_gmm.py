"""Bayesian Gaussian mixture: a prior on the weights leaves components empty that are not needed."""

from ferrotune.clusterings.gmm import PARAMETERS as PARAMETERS
from ferrotune.clusterings.gmm import REGULARISATION


def cluster(scores, setting, seed):
    """Labels (site,) of the most probable component; `components` is the largest possible number.

    Variational inference: Blei and Jordan, Bayesian Anal. 1, 121 (2006).
    """
    from sklearn.mixture import BayesianGaussianMixture

    mixture = BayesianGaussianMixture(
        n_components=setting["components"],
        covariance_type=setting["covariance"],
        reg_covar=REGULARISATION,
        random_state=seed,
    )
    return mixture.fit_predict(scores)
