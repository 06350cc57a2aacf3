"""The Bayesian mixture leaves components empty that are not needed."""

import numpy as np
from sklearn.metrics import adjusted_rand_score

from ferrotune.clusterings import bayesian_gmm, gmm
from ferrotune.segmentation.labels import cluster
from helpers.painted import painted

SETTING = {"components": 8, "covariance": "full"}


def test_a_bayesian_mixture_leaves_components_empty_that_it_does_not_need():
    scores, truth = painted(sizes=(400, 300, 200))
    bayesian, plain = (cluster(scores, part, SETTING, 0) for part in (bayesian_gmm, gmm))
    assert adjusted_rand_score(truth, bayesian) > adjusted_rand_score(truth, plain)
    share = np.bincount(bayesian) / len(bayesian)
    assert share[3:].sum() < 0.05
