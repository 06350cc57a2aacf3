"""HDBSCAN finds groups of any shape, and every site has a label."""

import numpy as np
from sklearn.metrics import adjusted_rand_score

from ferrotune.clusterings import hdbscan
from ferrotune.segmentation.labels import cluster
from helpers.painted import CENTRES, painted


def test_dense_groups_of_any_shape_are_found():
    """Two rings, one in the other, which no mixture of a few Gaussians describes."""
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    scores, truth = np.vstack([3 * ring, ring]), np.repeat([0, 1], 200)
    assert np.array_equal(cluster(scores, hdbscan, {"least_share": 0.1}, 0), truth)


def test_noise_takes_the_label_of_the_nearest_site_that_has_one():
    scores, truth = painted(spread=0.2)
    far = CENTRES + 0.3 * (CENTRES - CENTRES.mean(axis=0))  # outside the groups, each nearest to its own
    labels = hdbscan.cluster(np.vstack([scores, far]), {"least_share": 0.1}, 0)
    assert adjusted_rand_score(np.append(truth, [0, 1, 2]), labels) == 1


def test_where_all_is_noise_there_is_one_group():
    scores = np.random.default_rng(0).uniform(size=(60, 3))
    assert not hdbscan.cluster(scores, {"least_share": 0.9}, 0).any()


def test_few_neighbours_see_a_gap_that_many_do_not():
    """Two rings, one in the other: the gap is wider than a few sites of a ring are apart, and narrower than many."""
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    scores, truth = np.vstack([1.3 * ring, ring]), np.repeat([0, 1], 200)
    few, many = (hdbscan.cluster(scores, {"least_share": 0.4} | more, 0) for more in ({"neighbours": 5}, {}))
    assert adjusted_rand_score(truth, few) == 1 and adjusted_rand_score(truth, many) < 0.5
