"""Checkpoints: a model that is read back from the store of a round gives the same latent variables."""

import numpy as np
import pytest

from ferrotune.files.rounds import read_checkpoint, round_arrays, write_checkpoints
from ferrotune.files.stores import read_store, write_store
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.search.evaluation import evaluate_batch
from ferrotune.vae.encoding import encode_sites
from helpers.stacks import SETTING, two_domains

PIPELINE = Pipeline("patches", "rvae", "kde_peaks", Space({"latent": (2,)}))


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A stack of patches around A and B columns, its sites, and the domain of each."""
    return two_domains(tmp_path_factory.mktemp("stack"))


def test_a_checkpoint_comes_back_from_the_rounds_store(image, tmp_path):
    batch = [(0, SETTING), (7, SETTING | {"invariance": "r", "states": 2})]
    outcomes = list(evaluate_batch(batch, PIPELINE, image[0], image[1], 1))
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
    assert "trial" in read_store(store)[0]  # the groups beside the arrays are not read as arrays
