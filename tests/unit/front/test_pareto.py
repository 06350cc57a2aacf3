"""Front, hypervolume and knee against fronts known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ferrotune.errors import InputError
from ferrotune.front import pareto

NAN, INF = np.nan, np.inf
BOX = 1.1

# Whole numbers, so that scaling by powers of two is exact and ties stay ties.
matrices = st.integers(2, 4).flatmap(
    lambda m: arrays(np.float64, st.tuples(st.integers(1, 25), st.just(m)), elements=st.integers(-9, 9))
)


def _distinct(m):
    values = arrays(np.float64, (20, m), elements=st.integers(0, 10**6), unique=True)
    return values.map(lambda a: a[pareto.front(a)])


fronts = st.integers(2, 4).flatmap(_distinct)


def test_losses_turn_rewards_round_once():
    rewards = np.array([[1.0, 2.0], [3.0, NAN]])
    np.testing.assert_array_equal(pareto.losses(rewards, ["minimise", "maximise"]), [[1, -2], [3, NAN]])
    with pytest.raises(InputError, match="direction 'min' is unknown"):
        pareto.losses(rewards, ["min", "maximise"])
    with pytest.raises(InputError, match="1 directions for 2 rewards"):
        pareto.losses(rewards, ["minimise"])


def test_normalise_over_finite_rows_only():
    losses = np.array([[0.0, 5.0], [10.0, 5.0], [NAN, 900.0], [2.0, INF], [5.0, 5.0]])
    np.testing.assert_array_equal(pareto.normalise(losses), [[0, 0], [1, 0], [NAN, NAN], [NAN, NAN], [0.5, 0]])
    assert np.isnan(pareto.normalise(np.full((3, 2), NAN))).all()


def test_front_by_hand():
    losses = np.array([[1, 4], [2, 2], [4, 1], [3, 3], [2, 2], [NAN, 0], [0, NAN], [2, 4], [-INF, 0]])
    np.testing.assert_array_equal(pareto.front(losses), [1, 1, 1, 0, 0, 0, 0, 0, 0])
    assert not pareto.front(np.full((2, 3), NAN)).any()
    assert pareto.front(np.empty((0, 2))).shape == (0,)


def test_front_of_four_objectives():
    losses = np.vstack([np.eye(4), np.full((1, 4), 0.5), np.full((1, 4), 1.0), np.eye(4)[:1] * 2])
    np.testing.assert_array_equal(pareto.front(losses), [1, 1, 1, 1, 1, 0, 0])


@given(matrices)
def test_front_is_what_the_definition_says(losses):
    found = pareto.front(losses)
    for i, row in enumerate(losses):
        dominated = ((losses <= row).all(axis=1) & (losses < row).any(axis=1)).any()
        repeated = (losses[:i] == row).all(axis=1).any()
        assert found[i] == (not dominated and not repeated)


def test_distance_to_the_front_by_hand():
    losses = np.array([[0, 10], [5, 4], [10, 0], [5.5, 4.2], [6, 10], [20, 20], [0, 20], [NAN, 0], [5, 4]])
    # the box is 20 x 20; (0, 20) is best in the first objective, and no member of the front forgives the second
    expected = [0, 0, 0, 0.025, 0.3, 0.8, 0.5, NAN, 0]
    np.testing.assert_allclose(pareto.distance_to_front(losses), expected, atol=1e-12)
    assert np.isnan(pareto.distance_to_front(np.full((3, 2), NAN))).all()


@given(matrices)
def test_distance_to_the_front_is_the_epsilon_that_the_definition_says(losses):
    points, on_front = pareto.normalise(losses), pareto.front(losses)
    found = pareto.distance_to_front(losses)
    assert (found[on_front] == 0).all()
    assert ((found >= 0) & (found <= 1)).all()
    for point, distance in zip(points, found, strict=True):
        moved = point - distance
        assert (moved <= points[on_front] + 1e-12).all(axis=1).any()
        assert not (point - distance + 1e-6 <= points[on_front]).all(axis=1).any()


def test_hypervolume_by_hand():
    # Normalised (0, 1), (0.5, 0.5), (1, 0) under the reference 1.1: strips of 0.5, 0.5 and 0.1 in width.
    losses = np.array([[0.0, 20.0], [5.0, 10.0], [10.0, 0.0], [9.0, 19.0]])
    area = 0.5 * 0.1 + 0.5 * 0.6 + 0.1 * 1.1
    assert pareto.hypervolume(losses) == pytest.approx(area / BOX**2)


def test_hypervolume_of_one_point_and_of_none():
    assert pareto.hypervolume(np.array([[3.0, 4.0], [5.0, 6.0]])) == pytest.approx(1.0)
    assert pareto.hypervolume(np.array([[3.0, 4.0]])) == pytest.approx(1.0)
    assert pareto.hypervolume(np.full((2, 2), NAN)) == 0.0


@pytest.mark.parametrize("m", [2, 3, 4])
def test_hypervolume_under_given_bounds(m):
    bounds = np.zeros(m), np.ones(m)
    assert pareto.hypervolume(np.full((1, m), 0.6), bounds) == pytest.approx(0.5**m / BOX**m)
    assert pareto.hypervolume(np.full((1, m), -3.0), bounds) == pytest.approx(1.0)
    assert pareto.hypervolume(np.full((1, m), 2.0), bounds) == 0.0


def test_bad_trials_change_no_hypervolume():
    losses = np.array([[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]])
    worse = np.vstack([losses, [[1e6, 1e6]], [[NAN, -5.0]]])
    assert pareto.hypervolume(worse) == pytest.approx(pareto.hypervolume(losses))


def test_history_by_hand():
    losses = np.array([[NAN, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    first, both = 0.1 * 1.1 / BOX**2, (0.1 * 1.1 + 0.1 * 1.0) / BOX**2
    np.testing.assert_allclose(pareto.hypervolume_history(losses), [0, first, first, both, both])
    np.testing.assert_array_equal(pareto.hypervolume_history(np.full((3, 2), NAN)), np.zeros(3))


@given(matrices)
def test_history_never_falls_and_ends_at_the_hypervolume(losses):
    history = pareto.hypervolume_history(losses)
    assert (np.diff(history) >= 0).all()
    assert history[-1] == pytest.approx(pareto.hypervolume(losses))
    bounds = pareto.ideal_nadir(losses)
    expected = [pareto.hypervolume(losses[: i + 1], bounds) for i in range(len(losses))]
    np.testing.assert_allclose(history, expected, atol=1e-12)


def test_knee_of_a_convex_front():
    # A bend at (1, 1) between two straight arms.
    front = np.array([[0.0, 10.0], [0.5, 5.0], [1.0, 1.0], [5.0, 0.5], [10.0, 0.0]])
    assert pareto.knee(front) == 2


def test_knee_of_a_hyperbola_is_where_the_slope_is_that_of_the_chord():
    x = np.linspace(1, 4, 61)
    front = np.column_stack([x, 1 / x])
    # Normalised chord: slope -1; y = 1/x has that slope, -1/4 in its own units, at x = 2.
    assert x[pareto.knee(front)] == pytest.approx(2.0)


def test_knee_of_a_concave_or_straight_front_is_nearest_to_the_ideal():
    angle = np.linspace(0, np.pi / 2, 9)
    assert pareto.knee(np.column_stack([np.cos(angle), np.sin(angle)])) == 4
    x = np.linspace(0, 1, 5)
    assert pareto.knee(np.column_stack([3 * x, 7 - 2 * x])) == 2


@pytest.mark.parametrize("m", [2, 3, 4])
def test_knee_of_corners_and_one_inner_point(m):
    corners = 1 - np.eye(m) if m == 2 else np.eye(m)
    inner = np.full((1, m), 0.9 / m)
    shallow = np.full((1, m), 0.9 / m)
    shallow[0, 0] += 0.05
    assert pareto.knee(np.vstack([corners, shallow, inner])) == m + 1


def test_knee_of_a_convex_surface_is_its_symmetric_point():
    steps = np.array([(i, j, 12 - i - j) for i in range(13) for j in range(13 - i)]) / 12.0
    surface = steps**2
    np.testing.assert_allclose(steps[pareto.knee(surface)], 1 / 3)


def test_the_box_of_all_trials_leaves_out_what_cannot_be_used():
    best, worst = pareto.best_and_worst(np.array([[1.0, 9.0], [3.0, 2.0], [np.nan, -5.0], [2.0, np.inf]]))
    assert best.tolist() == [1, 2] and worst.tolist() == [3, 9]
    assert np.isnan(pareto.best_and_worst(np.full((3, 2), np.nan))).all()


def test_knee_of_near_ties_is_measured_against_all_trials():
    front = np.array([[0.033, -28.0], [0.0379, -28.4], [0.038, -35.7]])  # the second is all but dominated
    everything = np.array([0.033, -35.7]), np.array([0.4, -3.0])
    assert pareto.knee(front) == 1
    assert pareto.knee(front, everything) == 2


def test_knee_of_small_and_degenerate_fronts():
    assert pareto.knee(np.array([[5.0, 7.0]])) == 0
    assert pareto.knee(np.array([[0.0, 1.0], [1.0, 0.0]])) == 0
    # One objective does not vary: no plane, so nearest to the ideal.
    assert pareto.knee(np.array([[0.0, 4.0, 1.0], [1.0, 1.0, 1.0], [4.0, 0.0, 1.0]])) == 1
    with pytest.raises(InputError, match="no points"):
        pareto.knee(np.empty((0, 2)))


@given(fronts, st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(front, random):
    order = list(range(len(front)))
    random.shuffle(order)
    assert pareto.front(front[order]).all()
    assert pareto.hypervolume(front[order]) == pytest.approx(pareto.hypervolume(front))
    a, b = front[pareto.knee(front)], front[order][pareto.knee(front[order])]
    same_value = _knee_measure(front, a) == pytest.approx(_knee_measure(front, b), abs=2 * pareto.TIE)
    assert (a == b).all() or same_value


def _knee_measure(front, point):
    points = pareto.normalise(front)
    row = int(np.flatnonzero((front == point).all(axis=1))[0])
    below = pareto._distance_below(points) if len(points) > 2 else None
    return (below if below is not None and below.max() > pareto.TIE else -points.max(axis=1))[row]


@given(fronts, st.lists(st.integers(-8, 8), min_size=4, max_size=4), st.integers(-50, 50))
def test_units_change_nothing(front, exponents, offset):
    scaled = front * 2.0 ** np.array(exponents[: front.shape[1]]) + offset
    assert pareto.front(scaled).all()
    assert pareto.hypervolume(scaled) == pytest.approx(pareto.hypervolume(front))
    assert pareto.knee(scaled) == pareto.knee(front)
