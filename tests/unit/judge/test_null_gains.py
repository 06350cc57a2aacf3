"""p-values of gains, and the false discovery rate."""

import numpy as np

from ferrotune.judge.null_gains import discoveries, mean_gain, p_values


def test_p_values_of_null_gains_are_even():
    rng = np.random.default_rng(0)
    length = rng.uniform(8, 60, 2000)
    gain = 1 - np.exp(-((0.3 + 0.1 * rng.standard_normal(2000)) ** 2))
    p = p_values(length[:1000], gain[:1000], length[1000:], gain[1000:])
    assert abs(np.mean(p < 0.05) - 0.05) < 0.03 and abs(p.mean() - 0.5) < 0.05


def test_a_boundary_is_compared_with_null_ones_of_its_length():
    null_length, null_gain = np.repeat([8.0, 60.0], 50), np.repeat([0.3, 0.1], 50) + np.tile([-0.02, 0.02], 50)
    short, long = p_values(np.array([8.0, 60.0]), np.array([0.3, 0.3]), null_length, null_gain)
    assert short > 0.2 and long < 1e-3


def test_few_of_many_null_walls_are_discovered():
    rng = np.random.default_rng(1)
    found = [discoveries(rng.uniform(size=20), rng.uniform(8, 60, 20), 0.05).any() for _ in range(400)]
    assert np.mean(found) < 0.08


def test_specks_do_not_count_in_the_mean_gain():
    assert mean_gain(np.array([2.0, 10.0, 30.0]), np.array([1.0, 0.2, 0.6])) == 0.5
    assert mean_gain(np.array([2.0]), np.array([1.0])) == 0.0
