"""Peaks of a density that is known."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from ferrotune.clusterings import kde_peaks
from helpers.painted import painted


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


def test_of_seven_peaks_the_highest_five_are_kept():
    sizes = [300, 100, 300, 300, 100, 300, 300]
    values = np.concatenate([along_a_line([2.0 * i], size) for i, size in enumerate(sizes)])
    places, _, found = kde_peaks.density_peaks(values)
    # Scott's bandwidth follows the standard deviation of all values, so that near peaks raise each other
    assert list(np.rint(places[found] / 2)) == [0, 2, 3, 5, 6]
    labels = kde_peaks.cluster(values[:, None], {"variable": 1}, 0)
    assert len(np.unique(labels)) == 5 and labels[300] in (
        labels[0],
        labels[400],
    )  # sites of a lower peak go to the next one


def test_a_latent_variable_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="no latent variable z4: there are 3"):
        kde_peaks.cluster(painted()[0], {"variable": 4}, 0)
