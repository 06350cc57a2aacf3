"""Every clustering of the registry: painted clusters, the same again, sites in any order; and what each is for."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from ferrotune.clusterings import bayesian_gmm, gmm, hdbscan, kde_peaks
from ferrotune.pipelines import parts
from ferrotune.segmentation.labels import cluster

NAMES = parts.names("clustering")
SETTING = {
    "components": 3,
    "covariance": "full",
    "least_share": 0.1,
    "variable": 1,
}  # each takes from it what it declares
CENTRES = np.array([[0.0, 0, 0], [4.0, 0, 0], [-4.0, 5, 1]])  # apart along the first number too


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


def along_a_line(centres, count=200, spread=0.2):
    rng = np.random.default_rng(0)
    return np.concatenate([centre + spread * rng.normal(size=count) for centre in centres])


@pytest.mark.parametrize("peaks", [1, 2, 4])
def test_a_density_has_the_peaks_that_it_was_painted_with_and_no_more(peaks):
    centres = 2.0 * np.arange(peaks)
    values = along_a_line(centres)
    places, density, found = kde_peaks.density_peaks(values)
    assert places[found] == pytest.approx(centres, abs=0.1)
    assert density.sum() * (places[1] - places[0]) == pytest.approx(1, abs=0.01)
    labels = kde_peaks.cluster(np.stack([0 * values, values], axis=1), {"variable": 2}, 0)
    assert adjusted_rand_score(np.repeat(np.arange(peaks), 200), labels) == 1


def test_of_seven_peaks_the_densest_five_are_kept():
    sizes = [300, 100, 300, 300, 100, 300, 300]
    values = np.concatenate([along_a_line([2.0 * i], size) for i, size in enumerate(sizes)])
    places, _, found = kde_peaks.density_peaks(values)
    # with Scott's bandwidth, which goes by the spread of all, near peaks lean on each other
    assert list(np.rint(places[found] / 2)) == [0, 2, 3, 5, 6]
    labels = kde_peaks.cluster(values[:, None], {"variable": 1}, 0)
    assert len(np.unique(labels)) == 5 and labels[300] in (labels[0], labels[400])  # those of a lesser one go next door


def test_a_latent_variable_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no latent variable z4, of 3"):
        labels_of("kde_peaks", painted()[0], variable=4)
