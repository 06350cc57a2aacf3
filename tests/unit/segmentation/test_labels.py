"""Painted clusters are found again; labels by size; settings that cannot work raise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from ferrotune.clusterings import gmm, hdbscan
from ferrotune.reductions._windowed_pca import decompose
from ferrotune.segmentation.labels import Clusters, by_size
from ferrotune.segmentation.labels import cluster as cluster_by


def cluster(scores, components, covariance, seed):
    return cluster_by(scores, gmm, {"components": components, "covariance": covariance}, seed)


def painted(sizes=(300, 200, 100), p=40, noise=0.1, seed=0):
    """Descriptors (n, p) about a few random motifs, shuffled, and the labels that they were painted with."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return rng.normal(size=(len(sizes), p))[truth] + noise * rng.normal(size=(len(truth), p)), truth


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
@pytest.mark.parametrize("rank", [2, 8])
def test_painted_clusters_are_found(covariance, rank):
    descriptors, truth = painted()
    labels = cluster(decompose(descriptors, rank), 3, covariance, 0)
    assert adjusted_rand_score(truth, labels) == 1
    assert np.array_equal(labels, truth)  # painted with falling sizes, and labels go by size
    assert labels.dtype == np.int8


def test_same_seed_same_labels():
    descriptors, _ = painted(noise=1.5)
    runs = [cluster(decompose(descriptors, 8), 5, "full", 7) for _ in range(2)]
    assert np.array_equal(*runs)


def test_units_of_the_scores_do_not_matter():
    scores = decompose(painted(noise=1.0)[0], 6)
    assert np.array_equal(cluster(scores, 3, "full", 1), cluster(scores * 1e-4, 3, "full", 1))


@given(labels=st.lists(st.integers(0, 5), min_size=1, max_size=40), names=st.permutations(range(6)))
def test_names_of_labels_do_not_matter(labels, names):
    labels = np.array(labels)
    assert np.array_equal(by_size(labels), by_size(np.array(names)[labels]))


@given(labels=st.lists(st.integers(-3, 5), min_size=1, max_size=40))
def test_labels_count_from_the_largest(labels):
    renamed = by_size(np.array(labels))
    sizes = np.bincount(renamed)
    assert (sizes > 0).all() and (np.diff(sizes) <= 0).all()
    assert adjusted_rand_score(labels, renamed) == 1


def test_ties_go_by_first_appearance():
    assert by_size(np.array([5, 5, 2, 2, 9])).tolist() == [0, 0, 1, 1, 2]


@settings(max_examples=10)
@given(seed=st.integers(0, 100))
def test_order_of_sites_permutes_the_labels(seed):
    descriptors, _ = painted()
    order = np.random.default_rng(seed).permutation(len(descriptors))
    labels = cluster(decompose(descriptors, 4), 3, "tied", 0)
    assert np.array_equal(cluster(decompose(descriptors[order], 4), 3, "tied", 0), labels[order])


def test_more_components_than_sites_raise():
    with pytest.raises(ValueError, match=r"n_samples|components"):
        cluster(np.random.default_rng(0).normal(size=(3, 2)), 5, "full", 0)


def test_descriptors_that_are_all_the_same_raise():
    with pytest.raises(ValueError, match="same"):
        cluster(np.ones((50, 4)), 2, "full", 0)


def test_descriptors_that_are_not_finite_raise():
    with pytest.raises(ValueError):
        cluster(np.full((50, 4), np.nan), 2, "full", 0)


def test_a_null_map_without_groups_is_cut_into_as_many_as_the_image_has():
    scores, dense = np.random.default_rng(0).normal(size=(300, 2)), Clusters(hdbscan, {"least_share": 0.1})
    assert not dense(scores, 0).any()
    assert np.unique(dense.of_null(scores, 0, 3)).tolist() == [0, 1, 2]
    assert not dense.of_null(scores, 0, 1).any()
    groups, _ = painted(p=2, noise=0.05)
    assert np.array_equal(dense.of_null(groups, 0, 5), dense(groups, 0))  # it has groups of its own
    mixture = Clusters(gmm, {"components": 2, "covariance": "full"})
    assert np.array_equal(mixture.of_null(scores, 0, 3), mixture(scores, 0))
