"""Gaussian mixture with a prior on its weights, which leaves components empty that are not needed."""

from ferrotune.clusterings.gmm import PARAMETERS as PARAMETERS
from ferrotune.clusterings.gmm import REGULARISATION


def cluster(scores, setting, seed):
    """Labels (site,); `components` is the most that there may be (Blei and Jordan, Bayesian Anal. 1, 121 (2006))."""
    from sklearn.mixture import BayesianGaussianMixture

    mixture = BayesianGaussianMixture(
        n_components=setting["components"],
        covariance_type=setting["covariance"],
        reg_covar=REGULARISATION,
        random_state=seed,
    )
    return mixture.fit_predict(scores)
