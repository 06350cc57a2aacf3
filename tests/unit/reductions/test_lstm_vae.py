"""The reduction `lstm_vae` of the loops of a grid: mechanisms are found, and one model may serve several trials."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from ferrotune.loop_vae import encoding
from ferrotune.loop_vae.encoding import decode_loops
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.reductions import lstm_vae
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.search.outcomes import Judging
from helpers.drawn_loops import VOLTAGE, DrawnLoops, grid_sites, two_mechanisms

ROWS, COLUMNS = 14, 16
SETTING = {"latent": 2, "beta": 0.01, "learning_rate": 1e-2, "epochs": 30, "batch": 50, "hidden": 16}
SETTING |= {"components": 2, "covariance": "full"}
PIPELINE = Pipeline("cells", "lstm_vae", "gmm", Space({"components": (2,)}))
REWARDS = ["impossible_loops", "reconstruction", "traversal_jump", "total_correlation"]


@pytest.fixture(scope="module")
def grid():
    loops, mechanism = two_mechanisms(ROWS, COLUMNS)
    return DrawnLoops(loops, VOLTAGE), grid_sites(ROWS, COLUMNS), mechanism


def run(grid, batch, rewards=(), finished=None):
    """Outcomes by their trial; walls are as they are traced, as the grid is too small for the judge."""
    described, sites, _ = grid
    more = {"finished": finished, "judging": Judging(rate=None)}
    return {o.trial: o for o in evaluate_batch(batch, PIPELINE, described, sites, 1, list(rewards), **more)}


def test_two_mechanisms_are_found_and_the_generated_loops_make_sense(grid):
    outcome = run(grid, [(0, SETTING)], REWARDS)[0]
    assert outcome.status == "ok", outcome.reason
    decided = outcome.labels >= 0
    assert adjusted_rand_score(grid[2][decided], outcome.labels[decided]) > 0.95
    assert outcome.rewards["impossible_loops"] == 0 and outcome.rewards["reconstruction"] > 0.8


def test_a_trial_does_not_depend_on_its_batch(grid):
    short = SETTING | {"epochs": 2}
    batch = [(0, short), (1, short | {"beta": 0.01}), (2, short | {"amortised": True})]
    together, alone = run(grid, batch), run(grid, batch[1:2])[1]
    arrays, others = together[1].checkpoint[0], alone.checkpoint[0]
    assert all(np.array_equal(arrays[name], others[name]) for name in arrays)
    encoding._known.clear()
    again = run(grid, batch[2:])[2].checkpoint[0]
    assert all(np.array_equal(together[2].checkpoint[0][name], again[name]) for name in again)


def test_trials_that_differ_in_beta_share_an_amortised_model(grid, monkeypatch):
    amortised = SETTING | {"amortised": True, "epochs": 3}
    made = run(grid, [(0, amortised)])[0].checkpoint
    monkeypatch.setattr(encoding, "train_loops", lambda *args, **kwargs: pytest.fail("trained again"))
    encoding._known.clear()
    finished = {0: (amortised, lambda: made)}
    found = run(grid, [(1, amortised | {"beta": 0.3})], finished=finished)[1]
    assert found.status != "failed" and found.checkpoint[0] is made[0]


def test_trials_of_one_model_share_its_training_and_another_seed_trains_another(grid, monkeypatch):
    short, trained, train = SETTING | {"epochs": 2}, [], encoding.train_loops
    monkeypatch.setattr(encoding, "train_loops", lambda *args: trained.append(args[4]) or train(*args))
    encoding._known.clear()
    batch = [
        (0, short),
        (1, short | {"components": 3}),
        (2, short | {"beta": 0.1}),
        (3, short | {"covariance": "tied"}),
    ]
    outcomes = run(grid, batch, ["seed_agreement"])
    assert outcomes[3].checkpoint is outcomes[0].checkpoint is not outcomes[2].checkpoint
    assert len(trained) == 6 and len(set(trained)) == 3  # two models, each of three seeds for the agreement
    assert 0 < outcomes[0].rewards["seed_agreement"] < 1


@pytest.mark.parametrize(
    "more, said",
    [({"beta": 2.0}, "knows beta from 0.001 to 1; beta is 2"), ({"schedule": "steps"}, "set schedule to constant")],
)
def test_an_amortised_training_says_what_it_cannot_do(grid, more, said):
    outcome = run(grid, [(0, SETTING | {"amortised": True, "epochs": 2} | more)])[0]
    assert outcome.status == "failed" and said in outcome.reason


def test_constant_loops_end_in_one_line(grid):
    flat = replace(grid[0], real=np.ones_like(grid[0].real))
    with pytest.raises(ValueError, match="constant and alike"):
        lstm_vae.train(flat, SETTING, 0)


def test_latents_and_generated_loops_of_a_model(grid):
    described, setting = grid[0], lstm_vae.complete(SETTING | {"epochs": 3, "amortised": True, "invariance": "t"})
    checkpoint = lstm_vae.train(described, setting, 0)
    latents = encoding.encode_loops(checkpoint, described.real, setting["beta"])
    sites = len(described.real)
    assert latents.z.shape == (sites, 2) and latents.shift.shape == (sites, 1)
    loss, error, divergence = encoding.loss_of_loops(checkpoint, described.real, setting["beta"])
    assert loss == pytest.approx(error + setting["beta"] * divergence)
    generate = lstm_vae.generate_by(checkpoint, described, setting)
    scores = lstm_vae.reduce_by(checkpoint, described, setting)
    assert np.corrcoef(scores[:, 0], latents.z[:, 0])[0, 1] == pytest.approx(1)
    at = np.stack([scores.mean(axis=0), scores.mean(axis=0) + 3 * (np.arange(scores.shape[1]) == 0)])
    low, high = generate(at)
    z, resolution = np.zeros((1, 2)), latents.resolution
    z[:, : scores.shape[1]] = at[1:] * resolution[: scores.shape[1]]  # the variables that say most come first
    assert high == pytest.approx(decode_loops(checkpoint, z, setting["beta"])[0]) and (low != high).any()


def test_a_variable_that_is_not_used_is_no_score():
    rng = np.random.default_rng(0)
    z = np.column_stack([rng.normal(0, 0.99, 400), rng.normal(0, 0.02, 400)]).astype(np.float32)
    sigma = np.tile(np.array([0.14, 1.0], np.float32), (400, 1))
    none = np.zeros((400, 0), np.float32)
    assert encoding.LoopLatents(z, sigma, none, none).used.tolist() == [True, False]
    assert encoding.LoopLatents(z[:, 1:], sigma[:, 1:], none, none).used.tolist() == [True]  # one is always kept
