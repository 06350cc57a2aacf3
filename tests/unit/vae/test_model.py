"""The model of the variational autoencoder: rotations, shifts, the start of the training, and the ELBO."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import norm

from ferrotune.vae.architecture import Architecture
from ferrotune.vae.epochs import reproducible
from ferrotune.vae.model import RVAE, one_hot_classes
from ferrotune.vae.training import elbo
from helpers.rotated import SIZE, rotated_motif

ARCHITECTURE = Architecture((SIZE, SIZE), kinds=2, hidden=(16, 16))


def decoder(invariance, name="grid", window=(SIZE, SIZE)):
    """A decoder with a random image on the canonical grid, for any z."""
    with reproducible(3):
        architecture = replace(ARCHITECTURE, invariance=invariance, decoder=name, window=window)
        net = RVAE(architecture).decoder
        if name == "grid":
            image = torch.nn.functional.avg_pool2d(torch.randn(1, 1, *architecture.canvas), 3, 1, 1)
            net.mean.data[:] = image.flatten()
            net.last.weight.data[:], net.last.bias.data[:] = 0, 0
        return net


def drawn(net, angle=None, shift=None):
    classes, z = one_hot_classes([0], 2), torch.zeros(1, 2)
    angle = None if angle is None else torch.tensor([angle])
    shift = None if shift is None else torch.tensor([shift])
    with torch.no_grad():
        return net(z, classes, angle, shift).reshape(net.architecture.window).numpy()


@pytest.mark.parametrize("name", ["grid", "coordinates"])
def test_a_rotation_by_90_degrees_is_from_x_towards_y(name):
    net = decoder("r", name)
    straight, rotated = drawn(net, 0.0), drawn(net, math.pi / 2)
    assert straight.std() > 0.01
    # rows count downwards: what was at the right comes to the bottom, which numpy calls -1
    assert rotated == pytest.approx(np.rot90(straight, -1), abs=1e-4)
    assert drawn(net, 2 * math.pi) == pytest.approx(straight, abs=1e-4)


@pytest.mark.parametrize("name", ["grid", "coordinates"])
def test_a_rotation_keeps_lengths_in_a_window_that_is_not_square(name):
    net = decoder("r", name, window=(SIZE, 11))
    straight, rotated = drawn(net, 0.0)[3:-3], drawn(net, math.pi / 2)[3:-3]
    assert rotated == pytest.approx(np.rot90(straight, -1), abs=1e-4)


@pytest.mark.parametrize("name", ["grid", "coordinates"])
def test_a_shift_is_a_share_of_the_window_along_y_and_x(name):
    net = decoder("t", name)
    # whole pixels of a grid whose parity the canvas shares are copied; others are interpolated
    moved, straight = drawn(net, shift=(2 / SIZE, -1 / SIZE)), drawn(net, shift=(0.0, 0.0))
    assert moved[3:-3, 3:-3] == pytest.approx(straight[1:-5, 4:-2], abs=1e-4)


@pytest.mark.parametrize("name", ["grid", "coordinates"])
def test_a_patch_is_shifted_before_it_is_rotated(name):
    net = decoder("rt", name)
    both, shifted = drawn(net, math.pi / 2, (2 / SIZE, 0.0)), drawn(net, 0.0, (2 / SIZE, 0.0))
    assert both == pytest.approx(np.rot90(shifted, -1), abs=1e-4)


def test_before_training_the_angle_already_follows_the_rotation_of_the_patch():
    patches, angle, _ = rotated_motif(300, noise=0, reach=0.2)
    with reproducible(0), torch.no_grad():
        net = RVAE(replace(ARCHITECTURE, invariance="r")).eval()
        flat, classes = torch.from_numpy(patches).flatten(1), one_hot_classes(np.zeros(300, int), 2)
        net.initialise(flat, classes)
        found = net.encoder(flat, classes)["angle"].loc.numpy()
        quarter = torch.from_numpy(np.rot90(patches, -1, axes=(1, 2)).copy()).flatten(1)
        after = net.encoder(quarter, classes)["angle"].loc.numpy()
    away = np.angle(np.exp(1j * (found - angle)))
    assert np.median(np.abs(np.angle(np.exp(1j * (away - np.median(away)))))) < np.radians(5)
    assert np.angle(np.exp(1j * (after - found))) == pytest.approx(math.pi / 2, abs=1e-3)


@pytest.mark.parametrize("decoder", ["grid", "coordinates"])
@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
@pytest.mark.parametrize("more", [{}, {"invariance": "rt", "angle_spread": 10.0}, {"invariance": "r", "states": 3}])
def test_every_model_has_a_finite_elbo_that_repeats(decoder, likelihood, more):
    patches, _, _ = rotated_motif(20)
    with reproducible(0):
        net = RVAE(replace(ARCHITECTURE, likelihood=likelihood, decoder=decoder, **more))
    found = elbo(net, patches.clip(0, 1), np.arange(20) % 2)
    assert np.isfinite(found) and found == elbo(net, patches.clip(0, 1), np.arange(20) % 2)


def test_with_posteriors_equal_to_the_prior_the_elbo_is_the_likelihood_of_the_mean():
    """The KL divergence is 0 then, and the decoder gives its mean."""
    patches, _, _ = rotated_motif(50, rotated=False)
    with reproducible(0):
        net = RVAE(ARCHITECTURE)
    for layer in (net.encoder.last, net.decoder.last):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    net.encoder.last.bias.data[2:] = math.log(math.e - 1)  # a standard deviation of 1
    net.decoder.mean.data[:] = torch.from_numpy(patches.mean(0)).flatten()
    net.noise.fill_(0.3)
    likelihood = norm(patches.mean(0), 0.3).logpdf(patches).sum(axis=(1, 2)).mean()
    assert elbo(net, patches, np.zeros(50, int)) == pytest.approx(likelihood, abs=0.01)


def test_latent_variables_are_renumbered_without_a_change_of_the_patches():
    with reproducible(0), torch.no_grad():
        net = RVAE(replace(ARCHITECTURE, latent=3)).eval()
        flat, classes = torch.randn(5, SIZE**2), one_hot_classes([0, 1, 0, 1, 0], 2)
        before = net.encoder(flat, classes)["z"].base_dist
        patches = net.decode({"z": before.loc}, classes)
        net.sort_latents(torch.tensor([0.1, 3.0, 2.0]))
        after = net.encoder(flat, classes)["z"].base_dist
        assert torch.equal(after.loc, before.loc[:, [1, 2, 0]]) and torch.equal(after.scale, before.scale[:, [1, 2, 0]])
        assert torch.allclose(net.decode({"z": after.loc}, classes), patches, atol=1e-6)


def test_patches_of_a_lattice_begin_without_rotation():
    """They all have one orientation. Their moment is noise; rotated by its angle their mean would be a ring."""
    patches, _, _ = rotated_motif(200, rotated=False)
    patches += patches[:, ::-1, ::-1]  # only the moment of the noise is left
    with reproducible(0), torch.no_grad():
        net = RVAE(replace(ARCHITECTURE, invariance="r")).eval()
        flat, classes = torch.from_numpy(patches).flatten(1), one_hot_classes(np.zeros(200, int), 2)
        net.initialise(flat, classes)
        assert net.encoder(flat, classes)["angle"].loc.abs().max() == 0
