"""The model of the variational autoencoder: turns and shifts are what they are called, and angles wind round."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers.turned import SIZE, moving_motif
from scipy.stats import norm

from ferrotune.vae.architecture import Architecture
from ferrotune.vae.model import RVAE, as_kinds
from ferrotune.vae.training import elbo, reproducible
from ferrotune.vae.wrapped_normal import AnyAngle, WrappedNormal, spread_of

OF = Architecture((SIZE, SIZE), kinds=2, hidden=(16, 16))
CIRCLE = torch.arange(0, 360) * (math.pi / 180)


@pytest.mark.parametrize("spread", [0.05, 0.6, 2.0, math.pi])
def test_a_wound_density_is_one_over_the_circle_and_the_same_a_turn_on(spread):
    angle = WrappedNormal(torch.tensor(3.0), torch.tensor(spread))
    density = angle.log_prob(CIRCLE).exp()
    assert density.sum() * (math.pi / 180) == pytest.approx(1, abs=2e-3)
    assert angle.log_prob(CIRCLE + 2 * math.pi).exp() == pytest.approx(density, rel=1e-3, abs=1e-6)


def test_a_narrow_one_is_normal_and_a_wide_one_is_any_angle():
    narrow = WrappedNormal(torch.tensor(1.0), torch.tensor(0.1))
    places = torch.linspace(0.7, 1.3, 7)
    assert narrow.log_prob(places).numpy() == pytest.approx(norm(1, 0.1).logpdf(places.numpy()), abs=1e-4)
    wide = WrappedNormal(torch.tensor(1.0), torch.tensor(math.pi)).log_prob(CIRCLE)
    assert wide == pytest.approx(AnyAngle().log_prob(CIRCLE), abs=0.02)


def test_spreads_are_between_nothing_and_half_a_turn():
    assert float(spread_of(torch.tensor(0.0))) == pytest.approx(0.1, abs=0.01)
    assert 0 < float(spread_of(torch.tensor(-50.0))) < float(spread_of(torch.tensor(50.0))) <= math.pi + 1e-6


@pytest.mark.parametrize(
    "invariance, least", [("none", (SIZE, SIZE)), ("r", (SIZE * 2**0.5,) * 2), ("t", (SIZE, SIZE)), ("rt", (24, 24))]
)
def test_the_canonical_grid_holds_what_turns_and_shifts_bring_in(invariance, least):
    canvas = replace(OF, invariance=invariance).canvas
    assert all(have >= need for have, need in zip(canvas, least, strict=True))
    assert (canvas == OF.window) == (invariance == "none")


def decoder(invariance, kind="grid", window=(SIZE, SIZE)):
    """A decoder with a picture of its own on the canonical grid, whatever z is."""
    with reproducible(3):
        of = replace(OF, invariance=invariance, decoder=kind, window=window)
        net = RVAE(of).decoder
        if kind == "grid":
            picture = torch.nn.functional.avg_pool2d(torch.randn(1, 1, *of.canvas), 3, 1, 1)
            net.mean.data[:] = picture.flatten()
            net.last.weight.data[:], net.last.bias.data[:] = 0, 0
        return net


def drawn(net, angle=None, shift=None):
    kinds, z = as_kinds([0], 2), torch.zeros(1, 2)
    angle = None if angle is None else torch.tensor([angle])
    shift = None if shift is None else torch.tensor([shift])
    with torch.no_grad():
        return net(z, kinds, angle, shift).reshape(net.of.window).numpy()


@pytest.mark.parametrize("kind", ["grid", "coordinates"])
def test_a_quarter_of_a_turn_is_from_x_towards_y(kind):
    net = decoder("r", kind)
    straight, turned = drawn(net, 0.0), drawn(net, math.pi / 2)
    assert straight.std() > 0.01
    # rows count downwards: what was at the right comes to the bottom, which numpy calls -1
    assert turned == pytest.approx(np.rot90(straight, -1), abs=1e-4)
    assert drawn(net, 2 * math.pi) == pytest.approx(straight, abs=1e-4)


@pytest.mark.parametrize("kind", ["grid", "coordinates"])
def test_a_turn_is_one_in_a_window_that_is_no_square(kind):
    net = decoder("r", kind, window=(SIZE, 11))
    straight, turned = drawn(net, 0.0)[3:-3], drawn(net, math.pi / 2)[3:-3]
    assert turned == pytest.approx(np.rot90(straight, -1), abs=1e-4)


@pytest.mark.parametrize("kind", ["grid", "coordinates"])
def test_a_shift_is_a_share_of_the_window_along_y_and_x(kind):
    net = decoder("t", kind)
    # whole pixels of a grid whose parity the canvas shares are copied; others are interpolated
    moved, straight = drawn(net, shift=(2 / SIZE, -1 / SIZE)), drawn(net, shift=(0.0, 0.0))
    assert moved[3:-3, 3:-3] == pytest.approx(straight[1:-5, 4:-2], abs=1e-4)


@pytest.mark.parametrize("kind", ["grid", "coordinates"])
def test_what_is_shifted_is_then_turned(kind):
    net = decoder("rt", kind)
    both, shifted = drawn(net, math.pi / 2, (2 / SIZE, 0.0)), drawn(net, 0.0, (2 / SIZE, 0.0))
    assert both == pytest.approx(np.rot90(shifted, -1), abs=1e-4)


def test_before_training_the_angle_already_turns_with_the_patch():
    patches, angle, _ = moving_motif(300, noise=0, reach=0.2)
    with reproducible(0), torch.no_grad():
        net = RVAE(replace(OF, invariance="r")).eval()
        flat, kinds = torch.from_numpy(patches).flatten(1), as_kinds(np.zeros(300, int), 2)
        net.begin(flat, kinds)
        found = net.encoder(flat, kinds)["angle"].loc.numpy()
        quarter = torch.from_numpy(np.rot90(patches, -1, axes=(1, 2)).copy()).flatten(1)
        after = net.encoder(quarter, kinds)["angle"].loc.numpy()
    away = np.angle(np.exp(1j * (found - angle)))
    assert np.median(np.abs(np.angle(np.exp(1j * (away - np.median(away)))))) < np.radians(5)
    assert np.angle(np.exp(1j * (after - found))) == pytest.approx(math.pi / 2, abs=1e-3)


@pytest.mark.parametrize("decoder", ["grid", "coordinates"])
@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
@pytest.mark.parametrize("more", [{}, {"invariance": "rt", "angle_spread": 10.0}, {"invariance": "r", "states": 3}])
def test_every_model_has_a_bound(decoder, likelihood, more):
    patches, _, _ = moving_motif(20)
    with reproducible(0):
        net = RVAE(replace(OF, likelihood=likelihood, decoder=decoder, **more))
    found = elbo(net, patches.clip(0, 1), np.arange(20) % 2)
    assert np.isfinite(found) and found == elbo(net, patches.clip(0, 1), np.arange(20) % 2)


def test_where_nothing_is_known_the_bound_is_the_likelihood_of_the_mean():
    """With posteriors equal to the prior no information is paid for, and the decoder draws its mean."""
    patches, _, _ = moving_motif(50, turned=False)
    with reproducible(0):
        net = RVAE(OF)
    for layer in (net.encoder.last, net.decoder.last):
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    net.encoder.last.bias.data[2:] = math.log(math.e - 1)  # a spread of 1
    net.decoder.mean.data[:] = torch.from_numpy(patches.mean(0)).flatten()
    net.noise.fill_(0.3)
    likelihood = norm(patches.mean(0), 0.3).logpdf(patches).sum(axis=(1, 2)).mean()
    assert elbo(net, patches, np.zeros(50, int)) == pytest.approx(likelihood, abs=0.01)


def test_latent_variables_are_numbered_anew_without_changing_what_they_draw():
    with reproducible(0), torch.no_grad():
        net = RVAE(replace(OF, latent=3)).eval()
        flat, kinds = torch.randn(5, SIZE**2), as_kinds([0, 1, 0, 1, 0], 2)
        before = net.encoder(flat, kinds)["z"].base_dist
        pictures = net.decode({"z": before.loc}, kinds)
        net.sort(torch.tensor([0.1, 3.0, 2.0]))
        after = net.encoder(flat, kinds)["z"].base_dist
        assert torch.equal(after.loc, before.loc[:, [1, 2, 0]]) and torch.equal(after.scale, before.scale[:, [1, 2, 0]])
        assert torch.allclose(net.decode({"z": after.loc}, kinds), pictures, atol=1e-6)


def test_patches_of_a_lattice_are_not_turned_to_begin_with():
    """All the same way up: their moment is noise, and turned by it they would be a ring."""
    patches, _, _ = moving_motif(200, turned=False)
    patches += patches[:, ::-1, ::-1]  # no moment is left but that of noise
    with reproducible(0), torch.no_grad():
        net = RVAE(replace(OF, invariance="r")).eval()
        flat, kinds = torch.from_numpy(patches).flatten(1), as_kinds(np.zeros(200, int), 2)
        net.begin(flat, kinds)
        assert net.encoder(flat, kinds)["angle"].loc.abs().max() == 0
