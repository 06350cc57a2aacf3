"""Stability of labels that repeat, and of labels that do not."""

import numpy as np
import pytest

from helpers.domains import YX, random_labels, stripes, value


def test_stability_is_the_agreement_of_repetitions():
    labels = stripes(YX, 8)
    assert value("stability_seed", labels, again=lambda k: 1 - labels) == pytest.approx(1)
    assert abs(value("stability_seed", labels, again=lambda k: random_labels(YX, 2, k))) < 0.01
    assert value("stability_dose", labels, halves=lambda: (labels, 1 - labels)) == pytest.approx(1)
    assert abs(value("stability_dose", labels, halves=lambda: (labels, random_labels(YX)))) < 0.01
    half = np.where(YX[:, 0] > 0, labels, 0)
    assert 0.2 < value("stability_dose", labels, halves=lambda: (labels, half)) < 0.8
