"""Agreement of labels against answers known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ferrotune.segmentation import agreement

small_labels = arrays(np.int64, 30, elements=st.integers(-1, 3))


@pytest.mark.parametrize("measure", [agreement.ari, agreement.nmi, agreement.correlation])
def test_same_partition_is_one_under_any_names(measure):
    reference = np.array([0, 0, 0, 1, 1, 2])
    assert measure(np.array([7, 7, 7, 0, 0, 3]), reference) == pytest.approx(1.0)
    assert measure(np.zeros(6, int), np.zeros(6, int)) == pytest.approx(1.0)


@pytest.mark.parametrize("measure", [agreement.ari, agreement.nmi, agreement.correlation])
def test_independent_partitions_do_not_agree(measure):
    assert measure(np.tile([0, 1], 50), np.repeat([0, 1], 50)) == pytest.approx(0.0, abs=0.02)
    assert measure(np.zeros(10, int), np.repeat([0, 1], 5)) == pytest.approx(0.0)


@pytest.mark.parametrize("measure", [agreement.ari, agreement.nmi, agreement.correlation])
def test_undecided_sites_and_those_without_reference_do_not_count(measure):
    labels, reference = np.array([0, 0, 1, 1, 0, 1, -1]), np.array([0, 0, 1, 1, -1, -1, 0])
    assert measure(labels, reference) == pytest.approx(1.0)
    assert np.isnan(measure(labels, np.full(7, -1))) and np.isnan(measure(np.full(7, -1), reference))


def test_correlation_of_two_classes_is_the_phi_coefficient():
    reference = np.repeat([0, 1], [6, 4])
    labels = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 1])
    # Table 5 1 / 1 3: phi = (5 * 3 - 1 * 1) / sqrt(6 * 4 * 6 * 4) = 14 / 24, for both pairs.
    assert agreement.correlation(labels, reference) == pytest.approx(14 / 24)
    assert abs(np.corrcoef(labels, reference)[0, 1]) == pytest.approx(14 / 24)


def test_correlation_counts_a_class_without_partner_as_nothing():
    reference = np.repeat([0, 1, 2], [5, 3, 2])
    labels = np.repeat([0, 1, 1], [5, 3, 2])
    # Class 0 is met (phi 1, weight 5); 1 has phi = 3 * 5 / sqrt(3 * 7 * 5 * 5), weight 3; 2 has no partner.
    assert agreement.correlation(labels, reference) == pytest.approx((5 + 3 * 15 / np.sqrt(525)) / 10)


@given(small_labels, small_labels, st.permutations(range(4)), st.permutations(range(4)))
def test_correlation_is_bounded_and_does_not_know_names(labels, reference, first, second):
    value = agreement.correlation(labels, reference)
    if not ((reference >= 0) & (labels >= 0)).any():
        assert np.isnan(value)
        return
    assert -1 <= value <= 1 + 1e-12
    renamed = np.where(reference >= 0, np.array([*first, 0])[reference], -1)
    named = np.where(labels >= 0, np.array([*second, 0])[labels], -1)
    assert agreement.correlation(named, renamed) == pytest.approx(value)


def test_correlation_is_one_for_the_same_partition_only():
    reference = np.repeat([0, 1, 2], 3)
    wrong = reference.copy()
    wrong[0] = 1
    assert 0.7 < agreement.correlation(wrong, reference) < 1


def test_best_correlations_of_merged_classes_by_hand():
    classes = np.repeat([0, 1, 2, -1], [5, 3, 2, 4])
    merged = np.repeat([4, 7, 7, 1], [5, 3, 2, 4])
    # Label 7 holds all of 1 and of 2: phi = (10 * 3 - 3 * 5) / sqrt(3 * 7 * 5 * 5) and (10 * 2 - 2 * 5) / 20.
    expected = [1.0, 15 / np.sqrt(525), 0.5, np.nan]
    np.testing.assert_allclose(agreement.best_correlations(merged, classes, 4), expected)
    assert abs(np.corrcoef(merged[:10] == 7, classes[:10] == 1)[0, 1]) == pytest.approx(expected[1])


def test_best_correlations_of_the_same_partition_and_of_none():
    classes = np.repeat([0, 1, 2], 4)
    np.testing.assert_allclose(agreement.best_correlations(np.repeat([5, 0, 3], 4), classes, 3), 1.0)
    np.testing.assert_allclose(agreement.best_correlations(np.zeros(12, int), classes, 3), 0.0)
    np.testing.assert_allclose(agreement.best_correlations(np.tile([0, 1], 6), classes, 3), 0.0, atol=1e-12)
    assert np.isnan(agreement.best_correlations(np.full(12, -1), classes, 3)).all()


@given(small_labels, small_labels, st.permutations(range(4)))
def test_best_correlations_do_not_know_names(labels, classes, names):
    values = agreement.best_correlations(labels, classes, 4)
    known = np.isfinite(values)
    assert (values[known] >= 0).all() and (values[known] <= 1 + 1e-12).all()
    renamed = np.where(labels >= 0, np.array(names)[labels], -1)
    np.testing.assert_allclose(agreement.best_correlations(renamed, classes, 4), values)
