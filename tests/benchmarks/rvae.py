"""rvae_epoch_seconds, rvae_elbo, rvae_angle_error: the conditional rVAE beside pyroVED's, on two cores.

Both have 2 latent variables, rotation, the class of the column, 2 hidden layers of 128, Bernoulli likelihood, Adam at
1e-3 and no early stopping, and are trained on the same patches of 40 x 40 px. An epoch is timed at 3,200 patches, 200
a step. ELBOs, nats a pixel and patch, are of the same held-out patches, once after as many epochs and once after as
much time as pyroVED took; to let it learn something in minutes, it has 50 patches a step there. Ours keeps a tenth of
its patches to choose its best epoch by, which stands it worse. No model can pass the entropy of pixels between 0 and
1: the ratio of ELBOs is that of what is left to it, ours over pyroVED's. Seconds are of training alone for pyroVED,
of the whole call for ours.
"""

import math
import os
import time
from dataclasses import replace
from statistics import fmean

import numpy as np

from benchmarks.pyroved_peer import pyroved_trainings
from benchmarks.rotated_motif import angle_error, angle_in_latents, rotated_motifs
from benchmarks.rows import Row
from benchmarks.vae_patches import SIZE, Patches, film_patches, real_patches
from ferrotune.vae.architecture import Architecture
from ferrotune.vae.epochs import HELD_OUT
from ferrotune.vae.latents import encode
from ferrotune.vae.training import Training, elbo, train

THREADS = 2
SEEDS = (1, 2, 3)
KINDS, LATENT, HIDDEN, LEARNING_RATE = 2, 2, (128, 128), 1e-3
PEER = "pyroVED"
SETS = {"film": film_patches, "real": real_patches}
JUDGED = {"train": 800, "held": 400}  # patches of the sets that ELBOs are of
EPOCHS, BATCH = 14, 50  # there
TIMED, TIMED_BATCH = 3200, 200
TIMED_EPOCHS = {"ours": 10, "theirs": 2}  # pyroVED's take long
MOTIFS, FRESH_MOTIFS, MOTIF_EPOCHS = 3200, 400, 30
OURS = Architecture(
    window=(SIZE, SIZE), kinds=KINDS, latent=LATENT, hidden=HIDDEN, invariance="r", likelihood="bernoulli"
)


def _ours(patches, kind, epochs, batch, seed):
    """A model of ours, and the seconds of its training."""
    how = Training(epochs=epochs, batch=batch, learning_rate=LEARNING_RATE, patience=None)
    start = time.perf_counter()
    model = train(patches, kind, OURS, how, seed, threads=THREADS)
    return model.net, time.perf_counter() - start


def _theirs(patches, epochs, batch, seeds):
    """Seconds and held-out ELBO, each (seed, epoch), of pyroVED's trainings."""
    settings = {"classes": KINDS, "latent": LATENT, "hidden": HIDDEN, "learning_rate": LEARNING_RATE}
    return pyroved_trainings(patches, epochs=epochs, batch=batch, threads=THREADS, seeds=seeds, **settings)


def _epoch_seconds():
    """Row of the seconds of an epoch."""
    # Ours is given more patches, so that it trains on as many when a tenth is held out.
    patches = film_patches(math.ceil(TIMED / (1 - HELD_OUT)), 1, seed=1)
    _ours(patches.train, patches.train_kind, 1, TIMED_BATCH, seed=1)  # a first call also loads and plans
    _, seconds = _ours(patches.train, patches.train_kind, TIMED_EPOCHS["ours"], TIMED_BATCH, seed=1)
    fewer = replace(patches, train=patches.train[:TIMED], train_kind=patches.train_kind[:TIMED])
    theirs, _ = _theirs(fewer, TIMED_EPOCHS["theirs"], TIMED_BATCH, SEEDS[:1])
    ours, theirs = seconds / TIMED_EPOCHS["ours"], float(np.median(theirs))
    return Row("rvae_epoch_seconds", ours, "s", PEER, theirs, theirs / ours)


def _heldout(patches: Patches, epochs):
    """Our held-out ELBO, nats a pixel and patch, and the seconds of a training, in the mean of all seeds."""
    found, seconds = [], []
    for seed in SEEDS:
        net, took = _ours(patches.train, patches.train_kind, epochs, BATCH, seed)
        found.append(elbo(net, patches.held, patches.held_kind) / SIZE**2)
        seconds.append(took)
    return fmean(found), fmean(seconds)


def _most_possible(patches):
    """Highest log-likelihood, nats a pixel, that Bernoulli's distribution can give to patches in [0, 1]."""
    pixels = patches.astype(np.float64).clip(1e-12, 1 - 1e-12)
    return float((pixels * np.log(pixels) + (1 - pixels) * np.log1p(-pixels)).mean())


def _elbos(name, patches):
    """Rows of the ELBOs of one set."""
    theirs_seconds, theirs = _theirs(patches, EPOCHS, BATCH, SEEDS)
    theirs, most = float(theirs[:, -1].mean()), _most_possible(patches.held)
    found, seconds = _heldout(patches, EPOCHS)
    as_long = round(EPOCHS * theirs_seconds.sum(axis=1).mean() / seconds)
    rows = [Row(f"rvae_elbo[{name}, most possible]", most, "nats/px")]
    longer, _ = _heldout(patches, as_long)
    for what, ours in ((f"{EPOCHS} epochs", found), (f"as long: {as_long} epochs", longer)):
        rows.append(Row(f"rvae_elbo[{name}, {what}]", ours, "nats/px", PEER, theirs, (most - ours) / (most - theirs)))
    return rows


def _angles():
    """Rows of a motif rotated by known angles: errors on fresh patches, mean of all seeds."""
    patches, _ = rotated_motifs(MOTIFS, seed=1)
    fresh, true = rotated_motifs(FRESH_MOTIFS, seed=2)
    errors, shares = [], []
    for seed in SEEDS:
        net, _ = _ours(patches, np.zeros(len(patches), np.int64), MOTIF_EPOCHS, TIMED_BATCH, seed)
        found = encode(net, fresh.__getitem__, np.zeros(len(fresh), np.int64))
        errors.append(angle_error(found.angle[:, 0], true))
        shares.append(angle_in_latents(found.z, true))
    name = "rvae_angle_error"
    return [Row(name, fmean(errors), "deg"), Row(f"{name}[R2 of z from the angle]", fmean(shares), "")]


def measure():
    """Rows: seconds of an epoch, held-out ELBOs of two sets, and the error of angles."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # for both: it is two cores that are compared
    rows = [_epoch_seconds(), *_angles()]
    for name, patches_of in SETS.items():
        patches = patches_of(**JUDGED, seed=1)
        if patches is None:
            print(f"bench: rvae without the {name} image, which is not there", flush=True)
        else:
            rows += _elbos(name, patches)
    return rows
