"""Mean patches of clusters are those of their sites, of one sublattice, at any number of blocks."""

import numpy as np

from ferrotune.descriptors._cluster_patches import cluster_patches
from ferrotune.descriptors._patch_stack import BLOCK
from helpers.stacks import stack_of


def test_each_cluster_has_the_mean_of_its_sites():
    rng = np.random.default_rng(0)
    count = BLOCK + 200
    patches = rng.random((count, 5, 7)).astype(np.float32)
    site_class = rng.integers(0, 2, count)
    labels = rng.integers(-1, 3, (2, count)).astype(np.int8)
    found, place, label, counts = cluster_patches(stack_of(patches, 4.0, site_class, covariance=False), labels)
    assert place.tolist() == [0, 0, 0, 1, 1, 1] and label.tolist() == [0, 1, 2] * 2
    for row, of_row in enumerate(found):
        inside = (labels[place[row]] == label[row]) & (site_class == 0)
        assert counts[row] == inside.sum()
        expected = patches[inside].mean(axis=0) - patches[site_class == 0].mean(axis=0)
        np.testing.assert_allclose(of_row, expected, atol=1e-5)
