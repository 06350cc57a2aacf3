"""Loops generated along scores."""

import numpy as np
import pytest

from ferrotune.loops.generated import GeneratedLoops, along_scores, linear_generator
from helpers.drawn_loops import VOLTAGE, two_mechanisms


def test_principal_components_are_inverted_by_the_linear_generator():
    loops, _ = two_mechanisms()
    mean = loops.mean(axis=0)
    axes = np.linalg.svd(loops - mean, full_matrices=False)[2][:3]
    scores = (loops - mean) @ axes.T
    assert linear_generator(scores, loops)(scores) == pytest.approx(mean + scores @ axes, abs=1e-4)


def test_one_score_changes_at_a_time_over_the_range_of_the_sites():
    scores = np.random.default_rng(0).normal(size=(500, 3)) * [1, 2, 0.5] + [0, 5, 0]
    at = along_scores(scores, 5)
    assert at.shape == (3, 5, 3)
    for n in range(3):
        assert np.ptp(np.delete(at[n], n, axis=1), axis=0).max() == 0
        assert at[n, [0, -1], n] == pytest.approx(np.percentile(scores[:, n], [2, 98]))


def test_generated_loops_have_the_shapes_of_their_scores():
    loops, _ = two_mechanisms()
    scores = loops[:, :2].astype(float)
    found = GeneratedLoops(VOLTAGE, loops, scores, linear_generator(scores, loops))
    assert found.traversals.shape == (2, 9, len(VOLTAGE)) and found.of_sites.shape == loops.shape
