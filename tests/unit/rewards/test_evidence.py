"""Evidence for as many Gaussians as there are."""

import math

import numpy as np
import pytest

from ferrotune.rewards import REWARDS
from helpers.domains import NOISE, YX, value, wall


@pytest.mark.parametrize("name", ["evidence", "bayesian_evidence"])
def test_evidence_is_for_as_many_gaussians_as_there_are(name):
    """Two far apart are worth what their distance saves, less log 2; of noise more than one is worth nothing."""
    labels = wall(YX).astype(int)
    scores = NOISE + 6 * labels[:, None]
    saved = np.log(1 + 2 * 9) / 2 - np.log(2)  # log det of the whole covariance over that of each, less the labels
    assert value(name, labels, scores=scores) == pytest.approx(saved, abs=0.1)
    assert value(name, labels, scores=NOISE) < 0.01
    turned_scores = scores @ np.array([[0.8, 0.6], [-0.6, 0.8]]) * 5 + 3
    assert value(name, labels, scores=turned_scores) == pytest.approx(value(name, labels, scores=scores), abs=0.02)
    assert math.isnan(value(name, labels, scores=np.ones((len(YX), 65)) * NOISE[:, :1]))
    assert REWARDS[name].costly
