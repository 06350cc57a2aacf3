"""The reduction `rvae` of the sites of an image: two variants are distinguished, and trials do not depend on others."""

import json

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from ferrotune.files.rounds import finished_trials, round_arrays, write_checkpoints
from ferrotune.files.stores import write_store
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.search.early_stopping import EarlierFront
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.search.outcomes import RATE, Judging
from helpers.stacks import SETTING, two_domains

PIPELINE = Pipeline("patches", "rvae", "kde_peaks", Space({"latent": (2,)}))


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A stack of patches around A and B columns, its sites, and the domain of each."""
    return two_domains(tmp_path_factory.mktemp("stack"))


def run(image, batch, seed=1, pipeline=PIPELINE):
    stack, sites, _ = image
    return {o.trial: o for o in evaluate_batch(batch, pipeline, stack, sites, seed)}


def test_two_variants_are_distinguished_at_a_and_at_b(image):
    outcome = run(image, [(0, SETTING)])[0]
    assert outcome.status == "ok", outcome.reason
    assert adjusted_rand_score(image[2], outcome.labels) > 0.95


def test_a_trial_does_not_depend_on_its_batch(image):
    batch = [(0, SETTING), (1, SETTING | {"beta": 2.0}), (2, SETTING | {"latent": 1})]
    together, alone = run(image, batch), run(image, batch[1:2])[1]
    assert np.array_equal(together[1].labels, alone.labels)
    arrays, others = together[1].checkpoint[0], alone.checkpoint[0]
    assert all(np.array_equal(arrays[name], others[name]) for name in arrays)
    assert not np.array_equal(arrays["encoder.last.weight"], together[0].checkpoint[0]["encoder.last.weight"])


def test_a_warm_start_begins_with_a_trial_of_an_earlier_round(image, tmp_path):
    proposed = tmp_path / "000.json"
    proposed.write_text(json.dumps({"round": 0, "trials": [{"trial": 0, "setting": SETTING | {"w1": 1.25}}]}))
    write_store(
        tmp_path / "000.zarr", *round_arrays(outcomes := list(run(image, [(0, SETTING | {"w1": 1.25})]).values()))
    )
    write_checkpoints(tmp_path / "000.zarr", outcomes)
    finished = finished_trials([proposed], [tmp_path / "000.zarr"])
    assert list(finished) == [0]
    stack, sites, _ = image
    elbos = []
    for warm in (True, False):
        setting = SETTING | {"epochs": 1, "warm_start": warm}
        (outcome,) = evaluate_batch([(1, setting)], PIPELINE, stack, sites, 1, finished=finished)
        elbos.append(outcome.checkpoint[0]["heldout_elbo"][0])
    assert elbos[0] > elbos[1] + 5


def test_it_trains_on_a_subset_and_labels_all(image):
    outcome = run(image, [(0, SETTING | {"subset": 300})])[0]
    assert outcome.checkpoint[1]["sites"] == 300 and outcome.labels.min() >= 0
    assert adjusted_rand_score(image[2], outcome.labels) > 0.9


def test_a_wall_penalty_needs_neighbours(image):
    assert run(image, [(0, SETTING | {"wall_penalty": 1.0})])[0].reason == ""
    failed = run(image, [(0, SETTING | {"wall_penalty": 1.0, "subset": 2})])[0]
    assert failed.status == "failed" and "raise subset" in failed.reason


def test_pixels_may_be_probabilities(image):
    setting = SETTING | {"likelihood": "bernoulli", "epochs": 2}
    outcome = run(image, [(0, setting)])[0]
    low, high, clipped = outcome.checkpoint[1]["pixels"]
    assert clipped and low < high and outcome.reason == ""


def test_a_latent_variable_that_does_not_exist_is_a_failed_trial(image):
    failed = run(image, [(0, SETTING | {"variable": 5, "epochs": 1})])[0]
    assert failed.status == "failed" and "no latent variable z5" in failed.reason


def test_a_trial_that_falls_behind_earlier_rounds_is_given_up_and_another_is_not_changed(image):
    stack, sites, _ = image
    objectives = {"label_evidence": "maximise", "boundary_evidence": "maximise"}
    outcomes = {}
    for best in (2.0, -1.0):  # of the earlier trials: out of reach, or far behind
        rewards = [{"rewards": dict.fromkeys(objectives, best - i / 10)} for i in range(8)]
        judging = Judging.of(sites, RATE, 1, earlier=EarlierFront.of(rewards, objectives))
        (outcomes[best],) = evaluate_batch([(0, SETTING)], PIPELINE, stack, sites, 1, judging=judging)
    assert outcomes[2.0].status == "given_up" and outcomes[2.0].checkpoint is None
    epochs = SETTING["epochs"]
    assert outcomes[2.0].reason == f"after {-(-epochs // 5)} of {epochs} epochs, behind the front of the earlier rounds"
    alone = run(image, [(0, SETTING)])[0]
    arrays, others = outcomes[-1.0].checkpoint[0], alone.checkpoint[0]
    assert all(np.array_equal(arrays[name], others[name]) for name in others)
    assert np.array_equal(outcomes[-1.0].labels, alone.labels)
