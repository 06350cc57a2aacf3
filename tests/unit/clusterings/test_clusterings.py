"""Every clustering finds known clusters, repeats itself, and does not depend on the order of the sites."""

import doctest

import numpy as np
import pytest

from ferrotune.clusterings import gmm, kmeans
from ferrotune.pipelines import parts
from ferrotune.segmentation.labels import cluster
from helpers.painted import painted

NAMES = parts.names("clustering")
# each clustering takes its own parameters from this
SETTING = {"components": 3, "covariance": "full", "least_share": 0.1, "neighbours": 5, "variable": 1, "field": 1.0}


def labels_of(name, scores, seed=0, **changes):
    return cluster(scores, parts.part("clustering", name), {**SETTING, **changes}, seed)


@pytest.mark.parametrize("name", NAMES)
def test_painted_clusters_are_found(name):
    scores, truth = painted()
    labels = labels_of(name, scores)
    assert np.array_equal(labels, truth)  # the true labels are numbered by size, as those that are found
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
def test_a_clustering_takes_the_parameters_that_it_declares(name):
    module = parts.part("clustering", name)
    setting = {key: SETTING[key] for key in module.PARAMETERS}
    labels = module.cluster(painted()[0], setting, 0)
    assert len(labels) == 450 and labels.min() >= 0


@pytest.mark.parametrize("module", [gmm, kmeans])
def test_examples_run(module):
    found = doctest.testmod(module)
    assert found.attempted and not found.failed
