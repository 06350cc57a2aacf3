"""Every clustering of the registry: painted clusters, the same again, sites in any order; and what each is for."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from ferrotune import parts
from ferrotune.clusterings import bayesian_gmm, gmm, hdbscan
from ferrotune.segmentation import cluster

NAMES = parts.names("clustering")
SETTING = {"components": 3, "covariance": "full", "least_share": 0.1}  # each takes from it what it declares
CENTRES = np.array([[0.0, 0, 0], [4.0, 0, 0], [0.0, 5, 1]])


def painted(sizes=(200, 150, 100), spread=0.4, seed=0):
    """Scores (n, 3) around three centres, shuffled, and the labels that they were painted with."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(3), sizes))
    return CENTRES[truth] + spread * rng.normal(size=(len(truth), 3)), truth


def labels_of(name, scores, seed=0, **changes):
    return cluster(scores, parts.part("clustering", name), {**SETTING, **changes}, seed)


@pytest.mark.parametrize("name", NAMES)
def test_painted_clusters_are_found(name):
    scores, truth = painted()
    labels = labels_of(name, scores)
    assert np.array_equal(labels, truth)  # painted with falling sizes, and labels go by size
    assert labels.dtype == np.int8


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_labels(name):
    scores, _ = painted(spread=1.5)
    assert np.array_equal(labels_of(name, scores, 7), labels_of(name, scores, 7))


@pytest.mark.parametrize("name", NAMES)
def test_sites_in_another_order_have_the_same_labels(name):
    scores, _ = painted()
    order = np.random.default_rng(1).permutation(len(scores))
    assert np.array_equal(labels_of(name, scores[order]), labels_of(name, scores)[order])


@pytest.mark.parametrize("name", NAMES)
def test_what_a_clustering_takes_is_what_it_declares(name):
    module = parts.part("clustering", name)
    setting = {key: SETTING[key] for key in module.PARAMETERS}
    labels = module.cluster(painted()[0], setting, 0)
    assert len(labels) == 450 and labels.min() >= 0


def test_a_bayesian_mixture_leaves_empty_what_it_does_not_need():
    scores, truth = painted(sizes=(400, 300, 200))
    bayesian, plain = (cluster(scores, part, {**SETTING, "components": 8}, 0) for part in (bayesian_gmm, gmm))
    assert adjusted_rand_score(truth, bayesian) > adjusted_rand_score(truth, plain)
    share = np.bincount(bayesian) / len(bayesian)
    assert share[3:].sum() < 0.05


def test_dense_groups_of_any_shape_are_found():
    """Two rings, one in the other: no mixture of three Gaussians is these."""
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    scores, truth = np.vstack([3 * ring, ring]), np.repeat([0, 1], 200)
    assert np.array_equal(cluster(scores, hdbscan, {"least_share": 0.1}, 0), truth)


def test_noise_takes_the_label_of_the_nearest_site_that_has_one():
    scores, truth = painted(spread=0.2)
    far = CENTRES + 0.3 * (CENTRES - CENTRES.mean(axis=0))  # off the groups, each nearest to its own
    labels = hdbscan.cluster(np.vstack([scores, far]), {"least_share": 0.1}, 0)
    assert adjusted_rand_score(np.append(truth, [0, 1, 2]), labels) == 1


def test_where_all_is_noise_there_is_one_group():
    scores = np.random.default_rng(0).uniform(size=(60, 3))
    assert not hdbscan.cluster(scores, {"least_share": 0.9}, 0).any()
