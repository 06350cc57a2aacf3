"""Labels of domains show more than those of fields without domains; too few and too many clusters show less."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from sklearn.cluster import KMeans

from ferrotune.judge.explained import MeasuredField, label_evidence, smoothed
from helpers.noisy_sites import sites_of, two_domains

RNG = np.random.default_rng(0)


def four_domains(size=60, noise=0.3):
    y, x = np.mgrid[:size, :size] / size
    field = np.stack([np.where(y < 0.5, 1.0, -1.0), np.where(x < 0.5, 1.0, -1.0)], axis=-1)
    return gaussian_filter(field, (1, 1, 0)) + noise * RNG.standard_normal(field.shape)


def evidence(field, components):
    sites, values = sites_of(field)
    labels = KMeans(components, n_init=4, random_state=0).fit_predict(smoothed(sites.grid, values))
    return label_evidence(MeasuredField(sites.grid, values, seed=1), labels)


@pytest.mark.parametrize(("field", "domains"), [(two_domains(3.0)[0], 2), (four_domains(), 4)])
def test_evidence_is_highest_at_the_number_of_domains(field, domains):
    found = {k: evidence(field, k) for k in range(2, 7)}
    assert max(found, key=found.get) == domains
    assert found[domains] > 0.1


def test_a_field_without_domains_shows_nothing():
    mottle = gaussian_filter(RNG.standard_normal((60, 60, 2)), (2, 2, 0))
    for components in (2, 4):
        assert evidence(mottle / mottle.std(), components) < 0.05


def test_labels_that_explain_nothing_are_worth_minus_one_whatever_their_number():
    field, _ = two_domains(3.0)
    sites, values = sites_of(field)
    for clusters in (2, 6):
        found = label_evidence(
            MeasuredField(sites.grid, values, seed=1), np.random.default_rng(0).integers(clusters, size=len(values))
        )
        assert found == pytest.approx(-1, abs=0.01)


def test_below_chance_labels_that_follow_the_field_are_worth_more_whatever_their_number():
    mottle = gaussian_filter(RNG.standard_normal((60, 60, 2)), (4, 4, 0))
    sites, values = sites_of(mottle / mottle.std())
    field = MeasuredField(sites.grid, values, seed=1)
    smooth = smoothed(sites.grid, values)
    following = {k: KMeans(k, n_init=4, random_state=1).fit_predict(smooth) for k in (2, 3, 4, 5)}
    halves = (np.arange(len(values)) < len(values) // 2).astype(int)
    for labels in following.values():
        few = np.where(RNG.uniform(size=len(labels)) < 0.6, -1, labels)
        found, of_few, across = (label_evidence(field, of) for of in (labels, few, halves))
        assert found > -0.2 and found > max(of_few, across) + 0.3


def test_undecided_sites_count_against_the_labels():
    field, truth = two_domains(3.0)
    sites, values = sites_of(field)
    some = np.where(RNG.uniform(size=len(truth)) < 0.5, -1, truth)
    of = [label_evidence(MeasuredField(sites.grid, values, seed=1), labels) for labels in (truth, some)]
    assert of[1] < of[0] - 0.3


def test_noise_and_outliers_do_not_hide_domains():
    field, truth = two_domains(3.0, noise=0.1)
    sites, values = sites_of(field)
    spoiled = values + 0.5 * RNG.standard_normal(values.shape)
    spoiled[RNG.permutation(len(values))[:20]] = 100.0
    assert label_evidence(MeasuredField(sites.grid, spoiled, seed=1), truth) > 0.5


def test_labels_explain_a_sparse_code():
    """A weight that is zero at most sites, and not in a domain: the domain is no outlier."""
    rng = np.random.default_rng(0)
    field = np.zeros((40, 40, 2))
    field[:, :12, 0] = 2.0 + 0.1 * rng.standard_normal((40, 12))
    field[28:, 12:, 1] = 1.0 + 0.1 * rng.standard_normal((12, 28))
    sites, values = sites_of(field)
    labels = (values[:, 0] > 1) + 2 * (values[:, 1] > 0.5)
    assert label_evidence(MeasuredField(sites.grid, values, 0), labels) > 0.5


def test_what_is_computed_in_advance_is_the_same_and_leaves_errors_to_the_trials():
    sites, values = sites_of(four_domains())
    ready, fresh = MeasuredField(sites.grid, values, 0), MeasuredField(sites.grid, values, 0)
    ready.compute_shared(3)
    assert set(ready._null_shares) == {2, 3} and ready.null_share(3) == fresh.null_share(3)
    few = sites_of(np.zeros((2, 2, 2)))[0].grid
    MeasuredField(few, np.full((4, 2), 1.0), 0).compute_shared(7)  # four sites have no seven clusters
