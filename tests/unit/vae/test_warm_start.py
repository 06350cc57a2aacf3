"""A warm start: the nearest model of the same build, whose pixels keep their weights about the same middle."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.turned import SIZE, moving_motif

from ferrotune.reductions import rvae
from ferrotune.vae.architecture import Architecture
from ferrotune.vae.latents import encode
from ferrotune.vae.model import RVAE, as_kinds
from ferrotune.vae.training import Training, reproducible, train
from ferrotune.vae.warm_start import nearest, take_over

OF = Architecture((SIZE, SIZE), kinds=1, hidden=(32, 32))
SETTING = rvae.complete({"w1": 1.5, "w2": 1.5, "latent": 2, "invariance": "r", "beta": 1.0, "variable": 1})


def test_the_nearest_window_of_the_same_build_is_taken():
    finished = {
        3: SETTING | {"w1": 2.0},
        1: SETTING | {"w2": 1.75, "beta": 4.0},
        5: SETTING | {"w1": 1.25},
        2: SETTING | {"invariance": "none"},
        4: SETTING | {"latent": 3},
    }
    assert nearest(SETTING, finished) == 1  # as near as trial 5, and before it
    assert nearest(SETTING | {"w1": 1.9}, finished) == 3
    assert nearest(SETTING | {"invariance": "t"}, finished) is None
    assert nearest(SETTING, {}) is None


@pytest.mark.parametrize("decoder", ["grid", "coordinates"])
@pytest.mark.parametrize("invariance", ["none", "r"])
def test_of_the_same_window_nothing_but_what_is_measured_changes(decoder, invariance):
    patches, _, _ = moving_motif(60)
    of = replace(OF, decoder=decoder, invariance=invariance)
    earlier = train(patches, np.zeros(60, int), of, Training(epochs=2, batch=20), seed=1).net
    with reproducible(5):
        net = RVAE(of)
        net.begin(torch.from_numpy(patches).flatten(1), as_kinds(np.zeros(60, int), 1))
    own = {"encoder.mean", "encoder.spread", "encoder.turn.moment", "decoder.pixels", "decoder.sides"}
    measured = {name: w.clone() for name, w in net.state_dict().items() if name in own}
    take_over(net, earlier)
    for name, w in net.state_dict().items():
        assert torch.equal(w, measured[name] if name in own else earlier.state_dict()[name]), name


@pytest.mark.parametrize("side", [SIZE - 4, SIZE - 1, SIZE, SIZE + 3, SIZE + 6])
def test_a_picture_keeps_its_middle_in_another_window(side):
    with reproducible(1):
        earlier, net = RVAE(replace(OF, invariance="t")), RVAE(replace(OF, invariance="t", window=(side, side)))
    y, x = np.indices(earlier.of.canvas) - (np.array(earlier.of.canvas)[:, None, None] - 1) / 2
    earlier.decoder.mean.data[:] = torch.from_numpy(np.exp(-(y**2 + x**2) / 8)).flatten().float()
    take_over(net, earlier)
    found = net.decoder.mean.data.reshape(net.of.canvas).numpy()
    middle = (np.indices(found.shape) * found).sum(axis=(1, 2)) / found.sum()
    assert middle == pytest.approx(
        (np.array(found.shape) - 1) / 2, abs=0.51
    )  # a side more by one lies half a pixel off
    assert found.shape == net.of.canvas and found.min() >= 0


def test_a_warm_start_needs_fewer_epochs():
    """After few epochs a model that begins with one of a smaller window knows what moves; a new one does not yet."""
    patches, _, move = moving_motif(600, turned=False)
    none, few = np.zeros(600, int), Training(epochs=2, batch=50, learning_rate=1e-3)
    inner = patches[:, 2:-2, 2:-2].copy()
    small = replace(OF, window=inner.shape[1:])
    earlier = train(inner, none, small, Training(epochs=25, batch=50, learning_rate=3e-3), seed=1).net

    def known(earlier):
        found = train(patches, none, OF, few, seed=2, earlier=earlier)
        return found.curve[-1][1], abs(np.corrcoef(encode(found.net, patches.__getitem__, none).z[:, 0], move)[0, 1])

    (warm, follows), (cold, _) = known(earlier), known(None)
    assert warm > cold + 10 and follows > 0.95
