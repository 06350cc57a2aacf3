"""The reduction `rvae` of an image's sites: two variants are told apart, and nothing hangs on the batch."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from ferrotune.descriptors._patch_stack import BLOCK
from ferrotune.files.rounds import finished_trials, read_checkpoint, round_arrays, write_checkpoints
from ferrotune.files.stores import read_store, write_store
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.reductions import rvae
from ferrotune.search.evaluation import evaluate_batch, trial_seed
from ferrotune.sites.sites import Sites
from ferrotune.vae.encoding import encode_sites
from ferrotune.vae.outputs import empty_latent_arrays, latent_arrays
from helpers.rotated import rotated_motif
from helpers.stacks import stack_of

ROWS, COLUMNS, CELL = 20, 24, 10.0
SETTING = {"flatten": 1, "denoise": "none", "w1": 1.5, "w2": 1.5, "latent": 2, "invariance": "none", "beta": 1.0}
SETTING |= {"learning_rate": 3e-3, "epochs": 8, "hidden": 32, "batch": 50, "variable": 1, "dropout": 0.05}
PIPELINE = Pipeline("patches", "rvae", "kde_peaks", Space({"latent": (2,)}))


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A stack of patches around A and B, whose one column stands low to the left of a wall and high to its right."""
    index = np.argwhere(np.ones((ROWS, COLUMNS)))
    yx = CELL * np.concatenate([index, index + 0.5]) + CELL
    kind = np.repeat([0, 1], len(index))
    domain = (yx[:, 1] > CELL * (COLUMNS / 2 + 1)).astype(int)
    patches, _, move = rotated_motif(4 * len(yx), rotated=False)
    low, high = (patches[rows] for rows in (move < -0.5, move > 0.5))
    patches = np.where(domain[:, None, None] == 1, high[: len(yx)], low[: len(yx)])
    patches[kind == 1] = patches[kind == 1][:, ::-1] + 0.2  # B sees the same otherwise, and is brighter
    mask = np.ones((int(CELL) * (ROWS + 3), int(CELL) * (COLUMNS + 3)), bool)
    sites = Sites.of(yx, mask, CELL)
    path = tmp_path_factory.mktemp("stack") / "patches_ab.zarr"
    arrays = {"yx": (("site", "axis"), yx), "sublattice": (("site",), kind), **sites.arrays()}
    write_store(path, arrays, {"cell_px": CELL})
    stack = replace(stack_of(patches, CELL, kind, covariance=False), store=path)
    return stack, sites, domain


def run(image, batch, seed=1, pipeline=PIPELINE):
    stack, sites, _ = image
    return {o.trial: o for o in evaluate_batch(batch, pipeline, stack, sites, seed)}


def test_two_variants_are_told_apart_around_a_and_b_alike(image):
    outcome = run(image, [(0, SETTING)])[0]
    assert outcome.status == "ok", outcome.reason
    assert adjusted_rand_score(image[2], outcome.labels) > 0.95


def test_a_trial_does_not_hang_on_its_batch(image):
    batch = [(0, SETTING), (1, SETTING | {"beta": 2.0}), (2, SETTING | {"latent": 1})]
    together, alone = run(image, batch), run(image, batch[1:2])[1]
    assert np.array_equal(together[1].labels, alone.labels)
    arrays, others = together[1].checkpoint[0], alone.checkpoint[0]
    assert all(np.array_equal(arrays[name], others[name]) for name in arrays)
    assert not np.array_equal(arrays["encoder.last.weight"], together[0].checkpoint[0]["encoder.last.weight"])


def test_a_checkpoint_comes_back_from_the_rounds_store(image, tmp_path):
    outcomes = list(run(image, [(0, SETTING), (7, SETTING | {"invariance": "r", "states": 2})]).values())
    store = tmp_path / "000.zarr"
    write_store(store, *round_arrays(outcomes))
    write_checkpoints(store, outcomes)
    assert read_checkpoint([tmp_path / "none.zarr", store], 3) is None
    arrays, attributes = read_checkpoint([store], 7)
    assert attributes["architecture"]["invariance"] == "r" and attributes["training"]["epochs"] == 8
    assert attributes["sites"] == len(image[0]) and len(arrays["heldout_elbo"]) <= 8
    setting = SETTING | {"invariance": "r", "states": 2}
    kept, first = (encode_sites(made, image[0], setting) for made in ((arrays, attributes), outcomes[1].checkpoint))
    assert np.array_equal(kept.z, first.z) and np.array_equal(kept.angle, first.angle)
    assert "trial" in read_store(store)[0]  # the groups beside the arrays are no arrays


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


def test_patches_may_be_probabilities(image):
    setting = SETTING | {"likelihood": "bernoulli", "epochs": 2}
    outcome = run(image, [(0, setting)])[0]
    low, high, clipped = outcome.checkpoint[1]["pixels"]
    assert clipped and low < high and outcome.reason == ""


def test_a_latent_variable_that_there_is_not_is_a_failed_trial(image):
    failed = run(image, [(0, SETTING | {"variable": 5, "epochs": 1})])[0]
    assert failed.status == "failed" and "no latent variable z5" in failed.reason


def test_products_show_what_the_selected_trial_saw(image):
    stack, _, domain = image
    made = rvae.train(stack, rvae.complete(SETTING), trial_seed(1, 0))
    arrays = {name: a for name, (_, a) in latent_arrays(made, stack, rvae.complete(SETTING), 1).items()}
    z = arrays["z"]
    assert np.array_equal(z.astype(float), rvae.reduce_by(made, stack, SETTING))
    assert abs(np.corrcoef(z[:, 0], domain)[0, 1]) > 0.9
    assert arrays["z_dropout"].shape == z.shape and arrays["z_dropout"].min() > 0
    assert arrays["angle"].shape == (len(z), 0) and arrays["peak"][0].sum() == 2
    of_a, of_b = arrays["manifold"]
    assert of_a.shape == (7, 7, *stack.window(SETTING))
    # the same z is the same variant around A and around B, though it looks the other way up there
    moved = of_a[3, -1] - of_a[3, 0]
    assert np.corrcoef(moved.ravel(), (of_b[3, -1] - of_b[3, 0])[::-1].ravel())[0, 1] > 0.8


def test_without_a_trial_there_are_no_products_but_the_same_names(image):
    made = rvae.train(image[0], rvae.complete(SETTING | {"epochs": 1, "dropout": 0.0}), 1)
    some = latent_arrays(made, image[0], rvae.complete(SETTING), 1)
    none = empty_latent_arrays(5)
    assert some.keys() | {"sublattice"} == none.keys()
    assert all(none[name][0] == dims for name, (dims, _) in some.items())


def test_rows_of_a_stack_are_read_across_its_blocks():
    count = BLOCK + 20
    patches = np.arange(count, dtype=np.float32)[:, None, None] + np.zeros((1, 5, 5), np.float32)
    stack = stack_of(patches, 4.0, covariance=False)
    rows = np.array([0, 7, BLOCK - 1, BLOCK, count - 1])
    setting = {"w1": 0.75, "w2": 1.25}
    found = stack.patches(setting, rows)
    assert found.shape == (5, *stack.window(setting)) and np.array_equal(found[:, 0, 0], rows)
    assert np.array_equal(stack.patches(setting, slice(3, 6))[:, 0, 0], [3, 4, 5])
