"""Training of the model of loops: what it finds in drawn ones, that it repeats to the byte, and its schedules."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ferrotune.errors import GivenUp
from ferrotune.loop_vae.architecture import LoopArchitecture
from ferrotune.loop_vae.network import LoopVAE
from ferrotune.loop_vae.training import LoopTraining, loop_loss, train_loops
from helpers.drawn_loops import HALF, STEPS, VOLTAGE, loop, two_mechanisms

SMALL = LoopArchitecture(STEPS, (HALF, HALF), (-1, 1), latent=3, hidden=8)
QUICK = LoopTraining(epochs=3, batch=50, learning_rate=5e-3)


def scaled(loops):
    return ((loops - loops.mean()) / loops.std()).astype(np.float32)


LOOPS = scaled(two_mechanisms()[0])


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    nets = [train_loops(LOOPS, VOLTAGE, SMALL, QUICK, seed).net.state_dict() for seed in (1, 1, 2)]
    assert all(torch.equal(nets[0][name], nets[1][name]) for name in nets[0])
    assert any(not torch.equal(nets[0][name], nets[2][name]) for name in nets[0])


def test_the_schedule_of_steps_is_the_authors():
    """At beta 0.0175 and 8,000 epochs: from 0 by 0.0025 every 1,000 epochs."""
    how = LoopTraining(epochs=8000, beta=0.0175, schedule="steps")
    found = [how.beta_at(epoch) for epoch in (0, 999, 1000, 6999, 7000, 7999)]
    assert found == pytest.approx([0, 0, 0.0025, 0.015, 0.0175, 0.0175])
    assert LoopTraining(epochs=9, beta=0.03, schedule="warm-up").beta_at(8) == 0.03


def test_a_larger_beta_says_less_about_the_loops():
    found = {}
    for beta in (0.001, 0.3):
        how = LoopTraining(epochs=40, batch=50, learning_rate=1e-2, beta=beta)
        found[beta] = loop_loss(train_loops(LOOPS, VOLTAGE, SMALL, how, 0).net, torch.from_numpy(LOOPS), beta)
    assert found[0.001][1] < found[0.3][1] and found[0.001][2] > 2 * found[0.3][2]
    assert found[0.001][0] == pytest.approx(found[0.001][1] + 0.001 * found[0.001][2], rel=1e-3)
    assert found[0.001][1] < 0.02  # the noise alone is 0.004 of the variance


def test_one_amortised_model_serves_all_betas():
    how = LoopTraining(epochs=40, batch=50, learning_rate=1e-2)
    net = train_loops(LOOPS, VOLTAGE, replace(SMALL, amortised=True), how, 0).net
    found = [loop_loss(net, torch.from_numpy(LOOPS), beta) for beta in (0.001, 0.03, 1.0)]
    errors, divergences = ([one[part] for one in found] for part in (1, 2))
    assert np.all(np.diff(errors) > 0) and np.all(np.diff(divergences) < 0)


def test_shifts_are_found_and_z_does_not_carry_them():
    rng = np.random.default_rng(0)
    shift = rng.normal(size=300)  # steps
    heights = rng.uniform(0.6, 1.4, 300)
    volt = VOLTAGE[-1] - VOLTAGE[-2]
    loops = np.stack([loop(imprint=volt * s, height=h, width=1.5) for s, h in zip(shift, heights, strict=True)])
    loops = scaled(loops + 0.03 * rng.standard_normal(loops.shape))
    how = LoopTraining(epochs=120, batch=50, learning_rate=1e-2, beta=0.02, patience=None)
    for invariance, most in (("none", None), ("t", 0.3)):
        architecture = replace(SMALL, latent=2, invariance=invariance, shift_spread=0.06)
        net = train_loops(loops, VOLTAGE, architecture, how, 1).net
        with torch.no_grad():
            (mean, _), _ = net.encode(torch.from_numpy(loops), torch.full((300,), 0.02))
        of_z = max(abs(np.corrcoef(mean[:, n], shift)[0, 1]) for n in range(2))
        if most is None:
            assert of_z > 0.7  # without the invariance a latent variable has to carry it
        else:
            assert of_z < most and np.corrcoef(mean[:, 2], shift)[0, 1] > 0.9


def test_the_authors_architecture_has_their_layers():
    architecture = LoopArchitecture(STEPS, (HALF, HALF), (-1, 1), latent=16, architecture="authors")
    net = LoopVAE(architecture)
    for part in (net.encoder, net.decoder):
        layers = [module for module in part.modules() if isinstance(module, torch.nn.LSTM)]
        assert len(layers) == 7 and all(of.hidden_size == 128 and of.bidirectional for of in layers)
    trained = train_loops(LOOPS[:20], VOLTAGE, architecture, replace(QUICK, epochs=1, batch=10), 0)
    assert np.isfinite(trained.curve).all()


def test_a_training_may_be_given_up_and_diverges_with_a_reason():
    with pytest.raises(GivenUp, match="after 2 of 3 epochs"):
        train_loops(LOOPS, VOLTAGE, SMALL, QUICK, 0, watch=lambda done, so_far: done == 2)
    with pytest.raises(ArithmeticError, match="lower the learning_rate"):
        train_loops(LOOPS * np.float32(np.nan), VOLTAGE, SMALL, QUICK, 0)
