"""A mixture fitted twice: the second fit goes on from the first, and finds no worse clusters."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from ferrotune.clusterings import gmm, gmm_twice
from ferrotune.segmentation.labels import cluster
from helpers.painted import painted


@pytest.mark.parametrize("covariance", ["full", "tied"])
def test_the_second_fit_goes_on_from_the_first(covariance):
    scores, _ = painted(sizes=(400, 300, 200))
    known = {"covariance_type": covariance, "random_state": 3, "reg_covar": 1e-6}
    first = GaussianMixture(5, **known).fit(scores)
    second = GaussianMixture(5, **known, means_init=first.means_, weights_init=first.weights_).fit_predict(scores)
    labels = gmm_twice.cluster(scores, {"components": 5, "covariance": covariance}, 3)
    assert adjusted_rand_score(second, labels) == 1


def test_clear_clusters_are_those_of_one_fit():
    scores, truth = painted(sizes=(400, 300, 200))
    setting = {"components": 3, "covariance": "full"}
    labels = [cluster(scores, part, setting, 0) for part in (gmm, gmm_twice)]
    assert adjusted_rand_score(*labels) > 0.99
    assert adjusted_rand_score(truth, labels[1]) > 0.95
    assert np.array_equal(labels[1], cluster(scores, gmm_twice, setting, 0))
