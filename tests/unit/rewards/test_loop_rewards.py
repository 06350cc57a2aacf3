"""Rewards of loops that scores generate."""

from types import SimpleNamespace

import numpy as np
import pytest

from ferrotune.loops.generated import GeneratedLoops, linear_generator
from ferrotune.rewards import REWARDS
from helpers.drawn_loops import VOLTAGE, loop, two_mechanisms


def value(name, scores, loops, generate=None, again=None):
    generate = generate or linear_generator(scores, loops)
    segmentation = SimpleNamespace(loops=GeneratedLoops(VOLTAGE, loops, scores, generate, again))
    return REWARDS[name].function(segmentation)


def test_loops_along_a_height_are_possible_and_along_a_bump_are_not():
    rng = np.random.default_rng(0)
    height, bump = rng.uniform(0.7, 1.3, (2, 200))
    form = 2 * np.exp(-((VOLTAGE - 6) ** 2))  # on both branches: the response goes up and down again
    of_height = height[:, None] * loop()
    assert value("impossible_loops", height[:, None], of_height) == 0
    assert value("impossible_loops", bump[:, None], loop() + bump[:, None] * form) > 0.9


def test_scores_that_know_the_loops_reconstruct_them():
    loops, _mechanism = two_mechanisms()
    mean = loops.mean(axis=0)
    scores = (loops - mean) @ np.linalg.svd(loops - mean, full_matrices=False)[2][:2].T
    noise = np.random.default_rng(0).normal(size=scores.shape)
    assert value("reconstruction", scores, loops) > 0.9
    assert value("reconstruction", noise, loops) < 0.05


def test_a_jump_along_a_score_is_seen():
    scores = np.linspace(0, 1, 200)[:, None]

    def even(z):
        return z * loop()

    def sudden(z):
        return np.where(z > 0.5, 1.0, 0.0) * loop()

    loops = even(scores)
    assert value("traversal_jump", scores, loops, even) == pytest.approx(1 / 8)
    assert value("traversal_jump", scores, loops, sudden) == 1


def test_total_correlation_is_that_of_gaussians():
    rng, loops = np.random.default_rng(0), np.zeros((20000, len(VOLTAGE)))
    one, other = rng.normal(size=(2, 20000))
    together = np.stack([one, 0.8 * one + 0.6 * other], axis=1)
    assert value("total_correlation", together, loops) == pytest.approx(-np.log(1 - 0.8**2) / 2, abs=0.02)
    assert value("total_correlation", np.exp(together), loops) == pytest.approx(-np.log(1 - 0.8**2) / 2, abs=0.02)
    assert value("total_correlation", np.stack([one, other], axis=1), loops) == pytest.approx(0, abs=0.001)


def test_models_of_other_seeds_agree_up_to_order_and_sign():
    rng, loops = np.random.default_rng(0), np.zeros((500, len(VOLTAGE)))
    scores = rng.normal(size=(500, 3))
    same = value("seed_agreement", scores, loops, again=lambda n: -scores[:, ::-1])
    turned = value("seed_agreement", scores, loops, again=lambda n: scores @ np.linalg.qr(rng.normal(size=(3, 3)))[0])
    assert same > 0.85 and turned < 0.7
    assert np.isnan(value("seed_agreement", scores, loops))
