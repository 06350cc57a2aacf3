"""Segmentations side by side: like domains have like numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ferrotune.figures.domain_numbers import domain_numbers, match_labels
from helpers.figure_data import CELL, lattice


@given(arrays(np.int64, 60, elements=st.integers(0, 5)), st.permutations(range(6)))
def test_matching_undoes_a_renaming(labels, names):
    renamed = np.array(names)[labels]
    found = match_labels(renamed, labels)
    np.testing.assert_array_equal([found[label] for label in renamed.tolist()], labels)


def test_matching_pairs_by_shared_sites_and_gives_the_rest_new_numbers():
    onto = np.array([0, 0, 0, 0, 1, 1, 1, -1])
    labels = np.array([7, 7, 7, 3, 3, 5, 5, 9])
    assert match_labels(labels, onto) == {7: 0, 5: 1, 3: 2, 9: 3}
    assert match_labels(labels, np.full(8, -1)) == {7: 0, 3: 1, 5: 2, 9: 3}
    # what the first does not decide the second does
    assert match_labels(labels, onto, np.array([0, 0, 0, 4, 4, 4, 4, 6]))[9] == 6
    assert match_labels(np.full(3, -1), np.zeros(3, int)) == {}


def test_numbers_follow_the_reference_at_matched_places():
    yx = lattice()
    truth = (yx[:, 1] > 70).astype(int)
    reference = np.where(yx[:, 0] < 10, -1, truth)
    (numbers, other), of_reference = domain_numbers(
        [1 - truth, np.where(yx[:, 0] > 60, 4, truth)], reference, yx, yx + 1.0, CELL
    )
    known = of_reference >= 0
    np.testing.assert_array_equal(numbers[known], of_reference[known])
    assert set(of_reference[~known]) == {-1}
    assert set(other) == {0, 1, 2}
