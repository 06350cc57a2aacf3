"""Training finds the rotation, the displacement and the class of motifs, and repeats to the byte."""

import doctest
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression
from sklearn.metrics import adjusted_rand_score

from benchmarks.rotated_motif import angle_error, angle_in_latents
from ferrotune.errors import GivenUp
from ferrotune.vae import training as module
from ferrotune.vae.architecture import Architecture
from ferrotune.vae.epochs import HELD_OUT
from ferrotune.vae.latents import encode
from ferrotune.vae.training import Training, elbo, train
from helpers.rotated import SIZE, rotated_motif

ARCHITECTURE = Architecture((SIZE, SIZE), kinds=1, hidden=(64, 64), invariance="r")
QUICK = Training(epochs=3, batch=50, learning_rate=3e-3)
LONG = Training(epochs=30, batch=100, learning_rate=3e-3, patience=None)


def none(count):
    return np.zeros(count, int)


def encoded(net, patches):
    return encode(net, patches.__getitem__, none(len(patches)))


@pytest.mark.parametrize("invariance, shift, most", [("r", 0.0, 2), ("rt", 0.2, 5)])
def test_the_rotation_of_a_motif_is_found(invariance, shift, most):
    """A shift rotates the moment too, and z may stand for the shift: the angle is then less accurate."""
    patches, angle, _ = rotated_motif(1000, shift=shift, reach=0)
    found = encoded(train(patches, none(1000), replace(ARCHITECTURE, invariance=invariance), LONG, seed=1).net, patches)
    assert angle_error(found.angle[:, 0], angle) < most
    assert np.median(found.angle_sigma) < np.radians(2)


def test_z_gives_the_displacement_in_a_rotated_motif_and_not_its_rotation():
    patches, angle, displacement = rotated_motif(1200, reach=1.0)
    z = encoded(train(patches, none(1200), ARCHITECTURE, LONG, seed=1).net, patches).z
    assert angle_in_latents(z, angle) < 0.05
    assert LinearRegression().fit(z, displacement).score(z, displacement) > 0.8


def test_without_rotations_z_gives_the_displacement_in_a_motif():
    patches, _, displacement = rotated_motif(800, rotated=False)
    net = train(patches, none(800), replace(ARCHITECTURE, invariance="none"), LONG, seed=1).net
    found = encoded(net, patches)
    assert abs(np.corrcoef(found.z[:, 0], displacement)[0, 1]) > 0.97
    assert found.angle.shape == (800, 0) and found.features.shape == (800, 2)


def test_shifts_are_found():
    patches, _, _ = rotated_motif(800, rotated=False, shift=0.7, reach=0)
    rng = np.random.default_rng(0)
    rng.uniform(-1, 1, 800)  # the order in which they were drawn
    by = 0.7 * rng.standard_normal((800, 2))
    net = train(patches, none(800), replace(ARCHITECTURE, invariance="t"), LONG, seed=1).net
    found = encoded(net, patches).shift * SIZE
    for axis in (0, 1):
        assert np.corrcoef(found[:, axis], by[:, axis])[0, 1] > 0.9


def test_discrete_latent_classes_distinguish_motifs():
    patches, _, _ = rotated_motif(600, rotated=False)
    motif = np.arange(600) % 2
    patches[motif == 1] = patches[motif == 1][:, ::-1]
    architecture = replace(ARCHITECTURE, invariance="none", latent=1, states=2)
    net = train(patches, none(600), architecture, replace(LONG, epochs=40), seed=1).net
    assert adjusted_rand_score(motif, encoded(net, patches).state.argmax(axis=1)) > 0.95


def test_z_does_not_carry_the_class_of_the_site():
    """Two classes of patches that look different: z carries the class only where the model is not given it."""
    patches, _, _ = rotated_motif(800, rotated=False)
    site_class = np.arange(800) % 2
    patches[site_class == 1] = 0.5 - patches[site_class == 1][:, :, ::-1]

    def distance(given):
        net = train(patches, given, replace(ARCHITECTURE, kinds=2, invariance="none"), LONG, seed=1).net
        z = encode(net, patches.__getitem__, given).z
        return (np.abs(z[site_class == 0].mean(axis=0) - z[site_class == 1].mean(axis=0)) / z.std(axis=0)).max()

    assert distance(none(800)) > 1.5
    assert distance(site_class) < 0.5


def same(one, other):
    pairs = zip(one.net.state_dict().values(), other.net.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs) and one.curve == other.curve


def test_the_same_seed_gives_the_same_bytes_whatever_was_drawn_before():
    patches, _, _ = rotated_motif(300)
    one = train(patches, none(300), ARCHITECTURE, QUICK, seed=1)
    torch.rand(7)
    state = torch.get_rng_state()
    assert same(train(patches, none(300), ARCHITECTURE, QUICK, seed=1), one)
    assert torch.equal(torch.get_rng_state(), state)
    assert not same(train(patches, none(300), ARCHITECTURE, QUICK, seed=2), one)


def test_looking_at_a_training_does_not_change_it():
    patches, *_ = rotated_motif(200)
    seen = []

    def watch(done, trained_so_far):
        seen.append((done, encoded(trained_so_far().net, patches).z))
        torch.rand(7)
        return False

    looked_at, alone = (train(patches, none(200), ARCHITECTURE, QUICK, seed=3, watch=w) for w in (watch, None))
    assert same(looked_at, alone)
    assert [done for done, _ in seen] == [1, 2] and not np.array_equal(seen[0][1], seen[1][1])


def test_a_training_is_given_up_where_it_is_asked_for():
    patches, *_ = rotated_motif(200)
    with pytest.raises(GivenUp, match="after 2 of 3 epochs"):
        train(patches, none(200), ARCHITECTURE, QUICK, seed=3, watch=lambda done, trained_so_far: done == 2)


def test_a_training_that_was_killed_starts_afresh_to_the_same_end():
    patches, _, _ = rotated_motif(300)

    def killed(epochs):
        yield next(iter(epochs))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(patches, none(300), ARCHITECTURE, QUICK, seed=1, progress=killed)
    one, other = (train(patches, none(300), ARCHITECTURE, QUICK, seed=1) for _ in range(2))
    assert same(one, other)


def test_it_ends_where_the_held_out_elbo_rises_no_more_and_keeps_the_best():
    """Few patches and many steps: the encoder learns them by heart, and the held-out ELBO falls again."""
    patches, _, _ = rotated_motif(200, noise=0.2)
    training = Training(epochs=200, batch=20, learning_rate=1e-2, patience=4)
    found = train(patches, none(200), replace(ARCHITECTURE, latent=1), training, seed=1)
    held_out = [held for _, held in found.curve]
    assert found.best == int(np.argmax(held_out)) and len(found.curve) == found.best + 1 + training.patience < 200
    held = np.random.default_rng(1).permutation(200)[: round(HELD_OUT * 200)]
    assert elbo(found.net, patches[held], none(len(held)), seed=1) == pytest.approx(held_out[found.best], rel=1e-4)


@pytest.mark.parametrize(
    "schedule, expected",
    [("constant", [2, 2, 2, 2]), ("warm-up", [0.02, 1.5, 2, 2]), ("cyclic", [0.02, 0.02, 0.02, 0.02])],
)
def test_beta_rises_as_its_schedule_says(schedule, expected):
    training = Training(epochs=12, beta=2.0, schedule=schedule)
    assert [training.beta_at(epoch) for epoch in (0, 3, 6, 9)] == pytest.approx(expected)


def test_a_cycle_rises_and_stays():
    training = Training(epochs=40, beta=1.0, schedule="cyclic")
    assert [training.beta_at(epoch) for epoch in (10, 12, 15, 19)] == pytest.approx([0.01, 0.4, 1, 1])


def test_a_larger_beta_makes_posteriors_wider():
    patches, _, _ = rotated_motif(400, rotated=False)
    architecture = replace(ARCHITECTURE, invariance="none")
    narrow, wide = (train(patches, none(400), architecture, replace(LONG, beta=b), seed=1).net for b in (1.0, 100.0))
    assert encoded(wide, patches).z_sigma.min(axis=1).mean() > 2 * encoded(narrow, patches).z_sigma.min(axis=1).mean()


def test_a_wall_penalty_makes_z_of_neighbours_more_similar():
    """Neighbours along a chain with random displacements in two domains: with the penalty z follows the domains."""
    patches, _, displacement = rotated_motif(600, rotated=False, noise=0.1)
    order = np.argsort(np.sign(displacement), kind="stable")  # two domains, with random displacements inside each
    patches, pairs = patches[order], np.stack([np.arange(599), np.arange(1, 600)], axis=1)
    architecture = replace(ARCHITECTURE, invariance="none")

    def length(weight):
        net = train(patches, none(600), architecture, replace(LONG, wall_penalty=weight), seed=1, pairs=pairs).net
        z = encoded(net, patches).z
        return np.abs(np.diff(z, axis=0)).sum() / np.ptp(z, axis=0).sum()

    assert length(300.0) < 0.8 * length(0.0)


def test_a_training_that_diverges_names_the_learning_rate():
    patches, _, _ = rotated_motif(100)
    patches[3] = np.inf
    with pytest.raises(ArithmeticError, match="learning_rate"):
        train(patches, none(100), ARCHITECTURE, QUICK, seed=1)


def test_the_example_runs():
    found = doctest.testmod(module)
    assert found.attempted and not found.failed
