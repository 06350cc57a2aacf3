"""Agreement of scores with true quantities."""

import numpy as np
import pytest

from ferrotune.reference.disentanglement import disentanglement_completeness, informations, mutual_information_gap

RNG = np.random.default_rng(0)
FACTORS = np.stack([RNG.integers(3, size=1500), RNG.normal(size=1500), RNG.uniform(size=1500)], axis=1)
APART = FACTORS * [1, -2, 5] + [0, 1, 0]
ROTATION = np.array([[1, 1, 1], [1, -1, 0], [1, 1, -2]]) / np.sqrt([[3], [2], [6]])
MIXED = (FACTORS - FACTORS.mean(axis=0)) / FACTORS.std(axis=0) @ ROTATION


def test_a_score_for_each_quantity_is_the_best():
    assert mutual_information_gap(APART, FACTORS).min() > 0.9
    assert mutual_information_gap(MIXED, FACTORS).max() < 0.5
    found, mixed = (disentanglement_completeness(s, FACTORS) for s in (APART, MIXED))
    assert min(found.values()) > 0.95
    assert mixed["disentanglement"] < 0.7 and mixed["completeness"] < 0.7


def test_two_scores_that_know_the_same_leave_no_gap():
    twice = np.concatenate([APART, APART[:, :1]], axis=1)
    assert mutual_information_gap(twice, FACTORS) == pytest.approx([0, *mutual_information_gap(APART, FACTORS)[1:]])


def test_noise_knows_nothing():
    noise = RNG.normal(size=(1500, 2))
    assert informations(noise, FACTORS).max() < 0.02
    assert disentanglement_completeness(noise, FACTORS)["informativeness"] < 0.2


def test_one_score_has_no_second_best():
    assert mutual_information_gap(APART[:, :1], FACTORS)[0] > 0.9
