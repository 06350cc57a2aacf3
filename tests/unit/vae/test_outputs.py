"""Arrays that describe the model of the selected trial, and those without a selected trial."""

import numpy as np
import pytest

from ferrotune.reductions import rvae
from ferrotune.search.evaluation import trial_seed
from ferrotune.vae.outputs import empty_latent_arrays, latent_arrays
from helpers.stacks import SETTING, two_domains


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A stack of patches around A and B columns, its sites, and the domain of each."""
    return two_domains(tmp_path_factory.mktemp("stack"))


def test_arrays_describe_the_selected_trial(image):
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
    # the same z is the same variant at A and at B, though the patches of B are mirrored
    difference = of_a[3, -1] - of_a[3, 0]
    assert np.corrcoef(difference.ravel(), (of_b[3, -1] - of_b[3, 0])[::-1].ravel())[0, 1] > 0.8


def test_without_a_trial_the_arrays_have_the_same_names_and_are_empty(image):
    made = rvae.train(image[0], rvae.complete(SETTING | {"epochs": 1, "dropout": 0.0}), 1)
    some = latent_arrays(made, image[0], rvae.complete(SETTING), 1)
    none = empty_latent_arrays(5)
    assert some.keys() | {"sublattice"} == none.keys()
    assert all(none[name][0] == dims for name, (dims, _) in some.items())
