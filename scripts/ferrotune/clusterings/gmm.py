"""Gaussian mixture, by expectation maximisation."""

from ferrotune.pipelines.parameters import COUNT, Parameter, choice

COVARIANCES = ("tied", "full", "diag", "spherical")
PARAMETERS = {
    "components": Parameter(COUNT, "k = {}"),
    "covariance": Parameter(choice(*COVARIANCES), "{}"),
}
REGULARISATION = 1e-6  # of the total variance's share a component: keeps covariances invertible


def cluster(scores, setting, seed):
    """Labels (site,) of the likeliest component; 100 steps without convergence still label the sites."""
    from sklearn.mixture import GaussianMixture

    mixture = GaussianMixture(
        setting["components"], covariance_type=setting["covariance"], reg_covar=REGULARISATION, random_state=seed
    )
    return mixture.fit_predict(scores)
