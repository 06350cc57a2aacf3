"""lstm_epoch_seconds, lstm_loss, spectra_trial_seconds: the LSTM variational autoencoder of loops, on one core.

An epoch is 3,600 loops of 96 steps, 300 a batch, in seconds of CPU. The peer is the same network (one bidirectional
LSTM layer each for encoder and decoder, as many neurons) in plain torch.nn, one step of the loop at a time; ours takes
12. The authors' seven layers of 128 are timed on one batch of 60, ours and plain: both are torch's own kernels, so that
the ratio is about 1. The loss is that of the real loops, where these are there: mean squared error + 0.0175 x KL
divergence in the mean over 16 latent variables, of loops scaled to a variance of 1, with z drawn; the authors report
0.01752 after 62,000 epochs. The linear one beside it is the best that a linear model can do, in closed form. A trial
is that of 1,600 loops, from training to judged walls and rewards.
"""

import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.rows import Row
from ferrotune.loop_vae.architecture import LoopArchitecture
from ferrotune.loop_vae.training import LoopTraining, loop_loss, train_loops
from ferrotune.loops.branches import branches_of
from ferrotune.pipelines.pipeline import Pipeline
from ferrotune.pipelines.space import Space
from ferrotune.search.evaluation import evaluate_batch
from helpers.drawn_loops import DrawnLoops, grid_sites, loop

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "beps_pzt.npz"
STEPS, LOOPS, BATCH, AUTHORS_BATCH = 96, 3600, 300, 60
BETA, AUTHORS_LOSS, LATENT = 0.0175, 0.0175, 16
EPOCHS, TIMED = 200, 3  # of the training whose loss is given; epochs that are timed
GRID = 40, 40
MOST_TRIAL = 60.0  # s
SETTING = {"latent": 8, "beta": 0.03, "learning_rate": 5e-3, "components": 2, "covariance": "full"}
CYCLE = 16 * np.concatenate([1 - np.arange(48) / 24, np.arange(48) / 24 - 1])


class Plain(nn.Module):
    """The network of `small` or `authors` in plain torch.nn, one step of the loop at a time."""

    def __init__(self, hidden, blocks):
        super().__init__()
        sizes = [1, *[2 * hidden] * (2 * blocks)]
        self.encoder = nn.ModuleList(nn.LSTM(n, hidden, batch_first=True, bidirectional=True) for n in sizes)
        sizes = [LATENT, *[2 * hidden] * (2 * blocks)]
        self.decoder = nn.ModuleList(nn.LSTM(n, hidden, batch_first=True, bidirectional=True) for n in sizes)
        self.ends = nn.Linear(2 * hidden, 2 * LATENT)
        self.begins, self.last = nn.Linear(LATENT, LATENT), nn.Linear(2 * hidden, 1)

    def forward(self, loops):
        """Loss of loops (n, step)."""
        steps = loops[..., None]
        for layer in self.encoder:
            steps, (state, _) = layer(steps)
        mean, logvar = self.ends(torch.cat([*state], -1)).chunk(2, -1)
        z = mean + (0.5 * logvar).exp() * torch.randn_like(mean)
        steps = self.begins(z)[:, None].repeat(1, loops.shape[1], 1)
        for layer in self.decoder:
            steps, _ = layer(steps)
        divergence = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
        return (self.last(steps)[..., 0] - loops).pow(2).mean() + BETA * divergence


def _plain_seconds(loops, hidden, blocks, batch):
    """Seconds (CPU) of an epoch of the plain network."""
    net, times = Plain(hidden, blocks), []
    optimiser = torch.optim.Adam(net.parameters())
    for _ in range(2):  # the first one also loads and plans
        start = time.process_time()
        for part in torch.from_numpy(loops).split(batch):
            optimiser.zero_grad()
            net(part).backward()
            optimiser.step()
        times.append(time.process_time() - start)
    return times[-1]


def _our_seconds(loops, architecture, batch, epochs):
    """Seconds (CPU) of an epoch of ours, without the first one, in the mean."""
    spent = []
    how = LoopTraining(epochs=epochs + 1, batch=batch, beta=BETA, patience=None)
    train_loops(loops, CYCLE, architecture, how, 0, watch=lambda done, so_far: spent.append(time.process_time()))
    spent.append(time.process_time())
    return (spent[-1] - spent[0]) / epochs


def _drawn(count, seed=0):
    """Scaled loops (count, step) of one and of two steps."""
    rng = np.random.default_rng(seed)
    shapes = [loop(5.0, voltage=CYCLE), loop(2.0, steps=(0.5, 0.5), voltage=CYCLE)]
    loops = rng.uniform(0.7, 1.3, (count, 1)) * np.array(shapes)[np.arange(count) % 2]
    return (loops + 0.05 * rng.standard_normal(loops.shape)).astype(np.float32)


def _epochs():
    """Rows of the seconds of an epoch."""
    sizes = (STEPS, (STEPS // 2,) * 2, (-1, 1))
    loops, rows = _drawn(LOOPS), []
    ours = _our_seconds(loops, LoopArchitecture(*sizes, latent=LATENT), BATCH, TIMED)
    theirs = _plain_seconds(loops, 32, 0, BATCH)
    rows.append(Row("lstm_epoch_seconds", ours, "s", "plain torch.nn", theirs, theirs / ours))
    few = loops[:AUTHORS_BATCH]
    authors = LoopArchitecture(*sizes, latent=LATENT, architecture="authors")
    ours, theirs = _our_seconds(few, authors, AUTHORS_BATCH, 1), _plain_seconds(few, 128, 3, AUTHORS_BATCH)
    rows.append(Row("lstm_epoch_seconds[authors, a batch of 60]", ours, "s", "plain torch.nn", theirs, theirs / ours))
    return rows


def linear_loss(loops, beta, latent):
    """Least loss of a linear model of scaled loops (n, step): its divergence costs each component log(variance) / 2.

    Lucas et al., NeurIPS 32 (2019): the posterior of a component whose variance is above the noise s2 = beta x steps /
    (2 latent) leaves s2 of it, and costs s2 log(variance / s2); others are not used.
    """
    variance = np.linalg.eigvalsh(np.cov(loops.T, bias=True))[::-1]
    noise = beta * loops.shape[1] / latent / 2
    used = (variance > noise) & (np.arange(len(variance)) < latent)
    return float((noise * (1 + np.log(variance[used] / noise))).sum() + variance[~used].sum()) / loops.shape[1]


def _loss():
    """Rows of the loss of the real loops."""
    if not REAL.is_file():
        print(f"bench: lstm without the real loops, {REAL} is missing", flush=True)
        return []
    data = np.load(REAL)
    loops, voltage = data["piezoresponse"], data["voltage"]
    branches = branches_of(voltage)
    sizes = (len(voltage), tuple(map(int, branches.length)), tuple(map(int, branches.direction)))
    architecture = LoopArchitecture(*sizes, latent=LATENT, block=8)
    how = LoopTraining(epochs=EPOCHS, beta=BETA, learning_rate=1e-2, patience=None)
    start = time.process_time()
    net = train_loops(loops, voltage, architecture, how, 0).net
    seconds = time.process_time() - start
    loss, error, divergence = loop_loss(net, torch.from_numpy(loops), BETA)
    name = "lstm_loss"
    return [
        Row(name, loss, "", "at most", AUTHORS_LOSS, loss / AUTHORS_LOSS),
        Row(f"{name}[CPU seconds]", seconds, "s"),
        Row(f"{name}[mean squared error]", error, ""),
        Row(f"{name}[divergence]", divergence, "nats"),
        Row(f"{name}[linear, closed form]", linear_loss(loops, BETA, LATENT), ""),
    ]


def _trial():
    """Row of the seconds of a trial, beside one of principal components."""
    rows, columns = GRID
    loops = _drawn(rows * columns).reshape(-1, 2, STEPS).transpose(1, 0, 2).reshape(rows * columns, STEPS)
    described, sites, seconds = DrawnLoops(loops, CYCLE), grid_sites(rows, columns), {}
    for reduction, setting in (("pca", {"rank": 8}), ("lstm_vae", {})):
        pipeline = Pipeline("cells", reduction, "gmm", Space({"components": (2,), "rank": (8,)}))
        start = time.process_time()
        (outcome,) = evaluate_batch([(0, SETTING | setting)], pipeline, described, sites, seed=1)
        seconds[reduction] = time.process_time() - start
        if outcome.status == "failed":
            raise RuntimeError(outcome.reason)
    ours = seconds["lstm_vae"]
    return [
        Row("spectra_trial_seconds", ours, "s", "at most", MOST_TRIAL, ours / MOST_TRIAL),
        Row("spectra_trial_seconds[pca]", seconds["pca"], "s"),
    ]


def measure():
    """Rows: seconds of an epoch, the loss of real loops, and seconds of a trial."""
    torch.set_num_threads(1)
    return [*_epochs(), *_trial(), *_loss()]
