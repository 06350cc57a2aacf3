"""Latent variables of a trained model: their uncertainty from dropout."""

from dataclasses import replace

import numpy as np

from ferrotune.vae.architecture import Architecture
from ferrotune.vae.latents import dropout_uncertainty
from ferrotune.vae.training import Training, train
from helpers.rotated import SIZE, rotated_motif

ARCHITECTURE = Architecture((SIZE, SIZE), kinds=1, hidden=(64, 64), invariance="r")
QUICK = Training(epochs=3, batch=50, learning_rate=3e-3)


def none(count):
    return np.zeros(count, int)


def test_dropout_gives_the_uncertainty_of_the_encoder():
    patches, _, _ = rotated_motif(200)
    deviations = {}
    for dropout in (0.0, 0.1):
        net = train(patches, none(200), replace(ARCHITECTURE, dropout=dropout), QUICK, seed=1).net
        deviations[dropout] = dropout_uncertainty(net, patches.__getitem__, none(200), seed=1, samples=8)
    assert all(np.abs(values).max() < 2e-3 for values in deviations[0.0])  # of sums in single precision
    z, angle = deviations[0.1]
    assert z.shape == (200, 2) and angle.shape == (200, 1)
    assert z.min() > 0 and 0 < np.median(angle) < np.radians(30)
