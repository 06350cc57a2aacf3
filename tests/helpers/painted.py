"""Scores of sites in three known clusters, for the tests."""

import numpy as np

CENTRES = np.array([[0.0, 0, 0], [4.0, 0, 0], [-4.0, 5, 1]])  # separated along the first number too


def painted(sizes=(200, 150, 100), spread=0.4, seed=0):
    """Scores (n, 3) around three centres, shuffled, and their true labels."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(3), sizes))
    return CENTRES[truth] + spread * rng.normal(size=(len(truth), 3)), truth
