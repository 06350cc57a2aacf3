"""Separation and likelihood of clusters whose distance is known."""

import math

import numpy as np
import pytest

from helpers.domains import NOISE, YX, value, wall


def test_separation_and_likelihood_know_how_far_clusters_are_apart():
    """One dimension: the between variance is d^2 / 4, so that the gain is log(1 + d^2 / 4) / 2 - log 2."""
    labels = np.arange(len(YX)) % 2
    for distance in (0.0, 4.0, 12.0):
        scores = NOISE[:, :1] + distance * labels[:, None]
        gain = math.log(1 + distance**2 / 4) / 2 - math.log(2) - math.log(len(YX)) / len(YX)
        assert value("icl", labels, scores=scores) == pytest.approx(gain, abs=0.03)
    far, near, none = (NOISE + distance * labels[:, None] for distance in (50, 3, 0))
    apart, close, mixed = (value("separation", labels, scores=scores) for scores in (far, near, none))
    assert apart > 0.9 > close > 0.3 > 0.01 > mixed
    assert value("icl", labels, scores=none) < 0


def test_likelihood_prefers_as_many_clusters_as_there_are():
    """Three true clusters beside two and six labels for them; and a linear map of the descriptors changes nothing."""
    true = np.floor(YX[:, 1] / 14 + 0.5).astype(int) + 1
    scores = NOISE + 6 * np.eye(3)[true][:, :2]
    six = 2 * true + (YX[:, 0] > 0)
    best, fewer, more = (value("icl", labels, scores=scores) for labels in (true, np.minimum(true, 1), six))
    assert best > 0 and best > fewer and best > more
    mapped = scores @ np.array([[3.0, 1.0], [0.0, 0.01]]) + 7
    assert value("icl", true, scores=mapped) == pytest.approx(best)


def test_likelihood_of_descriptors_without_it_is_not_a_number():
    assert math.isnan(value("icl", wall(YX), scores=np.zeros((len(YX), 3))))
    assert math.isnan(value("icl", wall(YX), scores=np.zeros((len(YX), 300))))
