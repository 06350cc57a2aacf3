"""Loops over beta: which models are shown, and what they generate."""

import numpy as np
import pytest

from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.reductions import lstm_vae
from ferrotune.search.loops_of_betas import betas_of, loops_of_betas, models_of_betas
from helpers.drawn_loops import VOLTAGE, DrawnLoops, two_mechanisms

SETTING = {"latent": 2, "beta": 0.001, "learning_rate": 1e-2, "epochs": 25, "batch": 50, "hidden": 16}
BETAS = (0.001, 1.0)


@pytest.fixture(scope="module")
def loops():
    return two_mechanisms()[0]


def trained(loops, beta, amortised=False):
    setting = SETTING | {"beta": beta, "amortised": amortised}
    return lstm_vae.train(DrawnLoops(loops, VOLTAGE), setting, seed=1)


@pytest.fixture(scope="module")
def apart(loops):
    """A model for each beta."""
    return loops_of_betas({beta: trained(loops, beta) for beta in BETAS}, loops, False, BETAS[0])


def test_trials_that_differ_in_beta_alone_are_compared():
    names = {"beta": (0.1, 0.2, 0.3), "latent": (2, 4), "components": (2, 3), "form": ("raw",), "channel": ("r",)}
    own = Pipeline("spectra", "lstm_vae", "gmm", Space(names))
    rows = [(0.2, 2, 2), (0.1, 2, 3), (0.1, 2, 2), (0.3, 4, 2), (0.2, 2, 3)]
    settings = {
        t: {"beta": b, "latent": z, "components": k, "form": "raw", "channel": "r"} for t, (b, z, k) in enumerate(rows)
    }
    # the number of clusters is no part of the model; that of latent variables is
    assert models_of_betas(own, 4, settings) == {0.1: 1, 0.2: 4}


def test_an_amortised_model_is_shown_at_the_betas_that_it_serves_and_at_its_own():
    assert betas_of(True, [], 0.004) == pytest.approx([0.001, 0.004, 0.01, 0.1, 1.0])
    assert len(betas_of(True, [], 0.01)) == 4
    many = [0.1 * n for n in range(1, 10)]
    assert len(betas_of(False, many, many[1])) == 5 and many[1] in betas_of(False, many, many[1])


def test_a_large_beta_leaves_less_to_say(apart):
    assert apart["traversal"].shape == (2, apart["variable"].shape[1], 9, len(VOLTAGE))
    assert apart["loss"].shape == (2, 3) and (np.diff(apart["divergence"], axis=1) <= 0).all()  # leading ones first
    change = np.ptp(apart["traversal"][:, 0], axis=1).max(axis=1)
    assert apart["divergence"][1, 0] < 0.1 * apart["divergence"][0, 0] and change[1] < 0.5 * change[0]


def test_the_same_variables_of_an_amortised_model_at_all_betas(loops):
    model = trained(loops, 0.001, amortised=True)
    found = loops_of_betas(dict.fromkeys(BETAS, model), loops, True, BETAS[0])
    assert np.array_equal(*found["variable"]) and found["divergence"][0, 0] > found["divergence"][1, 0]
    again = loops_of_betas(dict.fromkeys(BETAS, model), loops, True, BETAS[0])
    assert all(np.array_equal(found[name], again[name]) for name in found)
