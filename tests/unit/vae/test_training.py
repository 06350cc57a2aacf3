"""Training finds what patches hide: their turn, what moves in them, their kinds of motif; and repeats to the byte."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from benchmarks.turned_motif import angle_error, angle_in_latents
from helpers.turned import SIZE, moving_motif
from sklearn.linear_model import LinearRegression
from sklearn.metrics import adjusted_rand_score

from ferrotune.vae.architecture import Architecture
from ferrotune.vae.latents import dropout_spread, encode
from ferrotune.vae.training import HELD_OUT, Training, elbo, train

OF = Architecture((SIZE, SIZE), kinds=1, hidden=(64, 64), invariance="r")
QUICK = Training(epochs=3, batch=50, learning_rate=3e-3)
LONG = Training(epochs=30, batch=100, learning_rate=3e-3, patience=None)


def none(count):
    return np.zeros(count, int)


def encoded(net, patches):
    return encode(net, patches.__getitem__, none(len(patches)))


@pytest.mark.parametrize("invariance, shift, most", [("r", 0.0, 2), ("rt", 0.2, 5)])
def test_the_turn_of_a_motif_is_found(invariance, shift, most):
    """A shift turns the moment too, and z may say it in the shift's place: then the angle is known less well."""
    patches, angle, _ = moving_motif(1000, shift=shift, reach=0)
    found = encoded(train(patches, none(1000), replace(OF, invariance=invariance), LONG, seed=1).net, patches)
    assert angle_error(found.angle[:, 0], angle) < most
    assert np.median(found.angle_sigma) < np.radians(2)


def test_z_says_what_moves_in_a_turned_motif_and_not_how_it_is_turned():
    patches, angle, move = moving_motif(1200, reach=1.0)
    z = encoded(train(patches, none(1200), OF, LONG, seed=1).net, patches).z
    assert angle_in_latents(z, angle) < 0.05
    assert LinearRegression().fit(z, move).score(z, move) > 0.8


def test_a_plain_one_finds_the_move_of_a_motif_that_is_not_turned():
    patches, _, move = moving_motif(800, turned=False)
    net = train(patches, none(800), replace(OF, invariance="none"), LONG, seed=1).net
    found = encoded(net, patches)
    assert abs(np.corrcoef(found.z[:, 0], move)[0, 1]) > 0.97
    assert found.angle.shape == (800, 0) and found.features.shape == (800, 2)


def test_shifts_are_found():
    patches, _, _ = moving_motif(800, turned=False, shift=0.7, reach=0)
    rng = np.random.default_rng(0)
    rng.uniform(-1, 1, 800)  # the order in which they were drawn
    by = 0.7 * rng.standard_normal((800, 2))
    found = encoded(train(patches, none(800), replace(OF, invariance="t"), LONG, seed=1).net, patches).shift * SIZE
    for axis in (0, 1):
        assert np.corrcoef(found[:, axis], by[:, axis])[0, 1] > 0.9


def test_discrete_states_tell_motifs_apart():
    patches, _, _ = moving_motif(600, turned=False)
    motif = np.arange(600) % 2
    patches[motif == 1] = patches[motif == 1][:, ::-1]
    of = replace(OF, invariance="none", latent=1, states=2)
    net = train(patches, none(600), of, replace(LONG, epochs=40), seed=1).net
    assert adjusted_rand_score(motif, encoded(net, patches).state.argmax(axis=1)) > 0.95


def test_the_class_need_not_be_said_by_z():
    """Two classes of patches that look quite different: without the class z says which it is."""
    patches, _, _ = moving_motif(800, turned=False)
    kind = np.arange(800) % 2
    patches[kind == 1] = 0.5 - patches[kind == 1][:, :, ::-1]

    def apart(told):
        net = train(patches, told, replace(OF, kinds=2, invariance="none"), LONG, seed=1).net
        z = encode(net, patches.__getitem__, told).z
        return (np.abs(z[kind == 0].mean(axis=0) - z[kind == 1].mean(axis=0)) / z.std(axis=0)).max()

    assert apart(none(800)) > 1.5
    assert apart(kind) < 0.5


def same(one, other):
    pairs = zip(one.net.state_dict().values(), other.net.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs) and one.curve == other.curve


def test_the_same_seed_gives_the_same_bytes_whatever_was_drawn_before():
    patches, _, _ = moving_motif(300)
    one = train(patches, none(300), OF, QUICK, seed=1)
    torch.rand(7)
    state = torch.get_rng_state()
    assert same(train(patches, none(300), OF, QUICK, seed=1), one)
    assert torch.equal(torch.get_rng_state(), state)
    assert not same(train(patches, none(300), OF, QUICK, seed=2), one)


def test_a_training_that_was_killed_starts_afresh_to_the_same_end():
    patches, _, _ = moving_motif(300)

    def killed(epochs):
        yield next(iter(epochs))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(patches, none(300), OF, QUICK, seed=1, progress=killed)
    assert same(train(patches, none(300), OF, QUICK, seed=1), train(patches, none(300), OF, QUICK, seed=1))


def test_it_ends_where_held_out_patches_gain_no_more_and_keeps_the_best():
    """Few patches and many steps: the encoder learns them by heart, and the held-out bound falls again."""
    patches, _, _ = moving_motif(200, noise=0.2)
    how = Training(epochs=200, batch=20, learning_rate=1e-2, patience=4)
    found = train(patches, none(200), replace(OF, latent=1), how, seed=1)
    held_out = [held for _, held in found.curve]
    assert found.best == int(np.argmax(held_out)) and len(found.curve) == found.best + 1 + how.patience < 200
    held = np.random.default_rng(1).permutation(200)[: round(HELD_OUT * 200)]
    assert elbo(found.net, patches[held], none(len(held)), seed=1) == pytest.approx(held_out[found.best], rel=1e-4)


@pytest.mark.parametrize(
    "schedule, expected",
    [("constant", [2, 2, 2, 2]), ("warm-up", [0.02, 1.5, 2, 2]), ("cyclic", [0.02, 0.02, 0.02, 0.02])],
)
def test_beta_rises_as_its_schedule_says(schedule, expected):
    how = Training(epochs=12, beta=2.0, schedule=schedule)
    assert [how.beta_at(epoch) for epoch in (0, 3, 6, 9)] == pytest.approx(expected)


def test_a_cycle_rises_and_stays():
    how = Training(epochs=40, beta=1.0, schedule="cyclic")
    assert [how.beta_at(epoch) for epoch in (10, 12, 15, 19)] == pytest.approx([0.01, 0.4, 1, 1])


def test_more_beta_leaves_less_in_the_latent_variables():
    patches, _, _ = moving_motif(400, turned=False)
    of = replace(OF, invariance="none")
    sharp, vague = (train(patches, none(400), of, replace(LONG, beta=b), seed=1).net for b in (1.0, 100.0))
    assert encoded(vague, patches).z_sigma.min(axis=1).mean() > 2 * encoded(sharp, patches).z_sigma.min(axis=1).mean()


def test_a_wall_penalty_makes_neighbours_alike():
    """Neighbours along a chain, whose motif moves by chance: with the penalty z follows the chain's two halves."""
    patches, _, move = moving_motif(600, turned=False, noise=0.1)
    order = np.argsort(np.sign(move), kind="stable")  # two domains, the move inside each by chance
    patches, pairs = patches[order], np.stack([np.arange(599), np.arange(1, 600)], axis=1)
    of = replace(OF, invariance="none")

    def length(weight):
        net = train(patches, none(600), of, replace(LONG, wall_penalty=weight), seed=1, pairs=pairs).net
        z = encoded(net, patches).z
        return np.abs(np.diff(z, axis=0)).sum() / np.ptp(z, axis=0).sum()

    assert length(300.0) < 0.8 * length(0.0)


def test_dropout_says_how_sure_the_encoder_is():
    patches, _, _ = moving_motif(200)
    spreads = {}
    for dropout in (0.0, 0.1):
        net = train(patches, none(200), replace(OF, dropout=dropout), QUICK, seed=1).net
        spreads[dropout] = dropout_spread(net, patches.__getitem__, none(200), seed=1, samples=8)
    assert all(np.abs(values).max() < 2e-3 for values in spreads[0.0])  # of sums in single precision
    z, angle = spreads[0.1]
    assert z.shape == (200, 2) and angle.shape == (200, 1)
    assert z.min() > 0 and 0 < np.median(angle) < np.radians(30)


def test_what_diverges_is_said():
    patches, _, _ = moving_motif(100)
    patches[3] = np.inf
    with pytest.raises(ArithmeticError, match="learning_rate"):
        train(patches, none(100), OF, QUICK, seed=1)
