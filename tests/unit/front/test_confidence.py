"""Confidence of sites and walls, against trials whose agreement is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferrotune.front.confidence import site_confidence, wall_confidence

Y, X = (axis.ravel() for axis in np.indices((40, 50)))
SITES = np.column_stack([Y, X]).astype(float)
STRIPES = X // 10  # five domains of 400 sites


def _wall(x):
    return np.column_stack([np.arange(0, 40, 0.25), np.full(160, float(x))])


def _walls(*places):
    return np.concatenate([_wall(x) for x in places]), np.repeat(np.arange(len(places)), 160)


def test_trials_that_are_the_same_confirm_every_site():
    confidence, _ = site_confidence(STRIPES, np.stack([STRIPES] * 3))
    assert confidence.dtype == np.float32
    np.testing.assert_array_equal(confidence, 1)


@given(st.permutations(range(5)), st.permutations(range(5)))
def test_names_of_labels_do_not_count(of_trial, of_selected):
    renamed = np.array(of_trial)[STRIPES]
    confidence, chance = site_confidence(np.array(of_selected)[STRIPES], renamed[None])
    np.testing.assert_array_equal(confidence, 1)
    assert chance == pytest.approx(0.2)


def test_a_site_counts_the_trials_that_agree_with_it():
    others = np.stack([STRIPES] * 4)
    others[:3, 7] = 4  # of the first domain, in three of four trials elsewhere
    others[0, 8] = -1  # no label agrees with none
    confidence, _ = site_confidence(STRIPES, others)
    assert confidence[7] == 0.25
    assert confidence[8] == 0.75
    assert (np.delete(confidence, [7, 8]) == 1).all()


def test_of_a_split_domain_the_larger_part_is_confirmed():
    split = np.where((STRIPES == 0) & (Y < 10), 9, STRIPES)
    confidence, chance = site_confidence(STRIPES, split[None])
    np.testing.assert_array_equal(confidence, split != 9)
    # four domains of a fifth, and a fifth that meets what is left of it, 3 / 4
    assert chance == pytest.approx(0.2**2 * 4.75)


def test_a_trial_with_fewer_labels_leaves_some_unmatched():
    merged = np.where(X < 30, 0, 1)  # three domains in one, two in the other
    confidence, chance = site_confidence(STRIPES, merged[None])
    assert [confidence[k == STRIPES].mean() for k in range(5)].count(1.0) == 2
    assert confidence.mean() == pytest.approx(0.4)
    assert chance == pytest.approx(0.2 * 0.6 + 0.2 * 0.4)


def test_noise_agrees_as_often_as_chance_says():
    rng = np.random.default_rng(1)
    confidence, chance = site_confidence(STRIPES, rng.choice(3, (60, len(STRIPES)), p=[0.6, 0.3, 0.1]))
    # matched so that most sites agree, noise does a little better than labels that lie anywhere
    assert chance == pytest.approx(0.2)
    assert chance <= confidence.mean() < 1.1 * chance


def test_sites_without_label_and_trials_to_compare_with_have_no_confidence():
    label = np.where(Y < 5, -1, STRIPES)
    confidence, _ = site_confidence(label, STRIPES[None])
    np.testing.assert_array_equal(np.isnan(confidence), label < 0)
    for nothing in (
        site_confidence(STRIPES, STRIPES[None][:0]),
        site_confidence(np.full(9, -1), np.zeros((2, 9), int)),
    ):
        assert np.isnan(nothing[0]).all() and np.isnan(nothing[1])
    alone, _ = site_confidence(STRIPES, np.full((2, len(STRIPES)), -1))
    np.testing.assert_array_equal(alone, 0)


def test_a_wall_that_half_of_the_trials_have():
    both, first = _walls(9.5, 29.5)[0], _wall(9.5)
    of_point, of_wall, _ = wall_confidence(*_walls(9.5, 29.5), [both, first, both, first], SITES)
    np.testing.assert_array_equal(of_wall, [1, 0.5])
    np.testing.assert_array_equal(of_point, np.repeat([1, 0.5], 160))
    assert of_point.dtype == of_wall.dtype == np.float32


@pytest.mark.parametrize(("shift", "found"), [(0, 1), (1, 1), (1.25, 0), (-1, 1), (-2, 0)])
def test_a_wall_is_the_same_within_one_column(shift, found):
    _, of_wall, _ = wall_confidence(_wall(9.5), np.zeros(160, int), [_wall(9.5 + shift)], SITES)
    assert of_wall == [found]


def test_a_wall_that_ends_half_way_is_confirmed_to_there():
    of_point, of_wall, _ = wall_confidence(_wall(9.5), np.zeros(160, int), [_wall(9.5)[:80]], SITES)
    assert of_point[:80].min() == 1 and of_point[90:].max() == 0
    assert of_wall[0] == pytest.approx(0.5, abs=0.03)


def test_chance_is_the_area_that_the_walls_of_the_trials_reach():
    # two of fifty columns lie within a cell of one wall between columns, four of two
    paths = [_wall(9.5), _walls(9.5, 29.5)[0], np.empty((0, 2))]
    *_, chance = wall_confidence(_wall(20.5), np.zeros(160, int), paths, SITES)
    assert chance == pytest.approx((2 + 4 + 0) / 50 / 3)


def test_walls_that_lie_anywhere_are_met_by_chance():
    rng = np.random.default_rng(0)
    paths = [_wall(x) for x in rng.uniform(1, 48, 400)]
    _, of_wall, chance = wall_confidence(*_walls(9.5, 29.5), paths, SITES)
    # 400 walls of which one in 23 is met: a standard error of a hundredth
    np.testing.assert_allclose(of_wall, chance, atol=0.03)
    assert chance == pytest.approx(2 * 1.0625 / 50, abs=0.005)


def test_no_walls_and_no_trials_are_empty_and_unknown():
    none, of_none = np.empty((0, 2), np.float32), np.empty(0, np.int32)
    of_point, of_wall, chance = wall_confidence(none, of_none, [_wall(3.5)], SITES)
    assert of_point.shape == of_wall.shape == (0,) and chance == pytest.approx(0.04)
    of_point, of_wall, chance = wall_confidence(*_walls(9.5, 29.5), [], SITES)
    assert of_point.shape == (320,) and of_wall.shape == (2,)
    assert np.isnan(of_point).all() and np.isnan(of_wall).all() and np.isnan(chance)
    assert all(values.shape == (0,) for values in wall_confidence(none, of_none, [], SITES)[:2])


def test_walls_keep_their_order_whatever_their_numbers():
    points, wall = _walls(9.5, 29.5)
    _, of_wall, _ = wall_confidence(points, np.array([7, 3])[wall], [_wall(9.5)], SITES)
    np.testing.assert_array_equal(of_wall, [0, 1])  # by rising number: 3, then 7
