"""Warm start: the model with the nearest window and the same architecture; its pixels keep their weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ferrotune.reductions import rvae
from ferrotune.vae.architecture import Architecture
from ferrotune.vae.epochs import reproducible
from ferrotune.vae.latents import encode
from ferrotune.vae.model import RVAE, one_hot_classes
from ferrotune.vae.training import Training, train
from ferrotune.vae.warm_start import copy_weights, nearest_trial
from helpers.rotated import SIZE, rotated_motif

ARCHITECTURE = Architecture((SIZE, SIZE), kinds=1, hidden=(32, 32))
SETTING = rvae.complete({"w1": 1.5, "w2": 1.5, "latent": 2, "invariance": "r", "beta": 1.0, "variable": 1})


def test_the_nearest_window_of_the_same_architecture_is_taken():
    finished = {
        3: SETTING | {"w1": 2.0},
        1: SETTING | {"w2": 1.75, "beta": 4.0},
        5: SETTING | {"w1": 1.25},
        2: SETTING | {"invariance": "none"},
        4: SETTING | {"latent": 3},
    }
    assert nearest_trial(SETTING, finished) == 1  # as near as trial 5, and before it
    assert nearest_trial(SETTING | {"w1": 1.9}, finished) == 3
    assert nearest_trial(SETTING | {"invariance": "t"}, finished) is None
    assert nearest_trial(SETTING, {}) is None


@pytest.mark.parametrize("decoder", ["grid", "coordinates"])
@pytest.mark.parametrize("invariance", ["none", "r"])
def test_with_the_same_window_only_arrays_measured_on_the_patches_change(decoder, invariance):
    patches, _, _ = rotated_motif(60)
    architecture = replace(ARCHITECTURE, decoder=decoder, invariance=invariance)
    earlier = train(patches, np.zeros(60, int), architecture, Training(epochs=2, batch=20), seed=1).net
    with reproducible(5):
        net = RVAE(architecture)
        net.initialise(torch.from_numpy(patches).flatten(1), one_hot_classes(np.zeros(60, int), 1))
    own = {"encoder.mean", "encoder.spread", "encoder.turn.moment", "decoder.pixels", "decoder.sides"}
    measured = {name: w.clone() for name, w in net.state_dict().items() if name in own}
    copy_weights(net, earlier)
    for name, w in net.state_dict().items():
        assert torch.equal(w, measured[name] if name in own else earlier.state_dict()[name]), name


@pytest.mark.parametrize("side", [SIZE - 4, SIZE - 1, SIZE, SIZE + 3, SIZE + 6])
def test_an_image_keeps_its_middle_in_another_window(side):
    with reproducible(1):
        architecture = replace(ARCHITECTURE, invariance="t")
        earlier, net = RVAE(architecture), RVAE(replace(architecture, window=(side, side)))
    y, x = np.indices(earlier.architecture.canvas) - (np.array(earlier.architecture.canvas)[:, None, None] - 1) / 2
    earlier.decoder.mean.data[:] = torch.from_numpy(np.exp(-(y**2 + x**2) / 8)).flatten().float()
    copy_weights(net, earlier)
    found = net.decoder.mean.data.reshape(net.architecture.canvas).numpy()
    middle = (np.indices(found.shape) * found).sum(axis=(1, 2)) / found.sum()
    assert middle == pytest.approx(
        (np.array(found.shape) - 1) / 2, abs=0.51
    )  # with one more pixel the middle is half a pixel off
    assert found.shape == net.architecture.canvas and found.min() >= 0


def test_a_warm_start_needs_fewer_epochs():
    """After two epochs a model that begins with one of a smaller window has found the displacement, a new one not."""
    patches, _, displacement = rotated_motif(600, rotated=False)
    none, few = np.zeros(600, int), Training(epochs=2, batch=50, learning_rate=1e-3)
    inner = patches[:, 2:-2, 2:-2].copy()
    small = replace(ARCHITECTURE, window=inner.shape[1:])
    earlier = train(inner, none, small, Training(epochs=25, batch=50, learning_rate=3e-3), seed=1).net

    def result(earlier):
        found = train(patches, none, ARCHITECTURE, few, seed=2, earlier=earlier)
        z = encode(found.net, patches.__getitem__, none).z[:, 0]
        return found.curve[-1][1], abs(np.corrcoef(z, displacement)[0, 1])

    (warm, correlation), (cold, _) = result(earlier), result(None)
    assert warm > cold + 10 and correlation > 0.95
