"""Training of a model on the patches of an image; held-out patches decide when it ends."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from pyro.infer import SVI, TraceEnum_ELBO, TraceMeanField_ELBO
from pyro.optim import ClippedAdam

from ferrotune.vae.epochs import HELD_OUT, cuda_devices, device, reproducible, run_epochs
from ferrotune.vae.model import RVAE, one_hot_classes
from ferrotune.vae.warm_start import copy_weights

FINAL_RATE = 0.1  # learning rate at the end, as a share of that at the start
WARM_UP = 1 / 3  # share of the epochs in which beta rises
CYCLES = 4  # of beta; it rises in the first half of each


@dataclass(frozen=True)
class Training:
    """Options of a training.

    Attributes
    ----------
    epochs : int, the most
    batch : int, patches in a step
    learning_rate : float, falling to a tenth over the epochs
    beta : float
        Weight of the KL divergence between posteriors and priors of the latent variables (Higgins et al., ICLR 2017).
    schedule : {"constant", "warm-up", "cyclic"}
        Beta is constant, rises over the first third of the epochs, or rises four times (Fu et al., NAACL 2019).
    patience : int or None
        The training ends after so many epochs without a better held-out ELBO; None: it runs all epochs.
    wall_penalty : float
        Weight of the differences of z between neighbouring sites, which stand for the length of walls; nats per site
        and standard deviation of z. Our form of the physics-augmented loss.
    """

    epochs: int = 30
    batch: int = 200
    learning_rate: float = 1e-3
    beta: float = 1.0
    schedule: str = "constant"
    patience: int | None = 5
    wall_penalty: float = 0.0

    def beta_at(self, epoch):
        """Beta in an epoch; epochs are counted from 0."""
        done = epoch / max(self.epochs, 1)
        rise = {"constant": 1.0, "warm-up": done / WARM_UP, "cyclic": 2 * (CYCLES * done % 1)}[self.schedule]
        return self.beta * min(1.0, max(rise, 0.01))


def _elbo(architecture):
    """Pyro's ELBO: it sums over all discrete latent classes; without them it has the exact KL divergence of normals."""
    return TraceEnum_ELBO(max_plate_nesting=1) if architecture.discrete else TraceMeanField_ELBO()


def to_tensors(net, patches, site_class):
    """Patches (n, y * x) and classes (n, kinds) as tensors on the device of the model."""
    at = net.encoder.mean.device
    flat = torch.from_numpy(np.ascontiguousarray(patches, np.float32).reshape(len(patches), -1))
    return flat.to(at), one_hot_classes(site_class, net.architecture.kinds).to(at)


def _bound(net, patches, classes, seed, beta):
    """Evidence lower bound of patches (n, y * x) of classes (n, kinds), nats per patch."""
    net.eval()
    with torch.no_grad(), torch.random.fork_rng(cuda_devices()):
        torch.manual_seed(seed)
        return -_elbo(net.architecture).loss(net.model, net.guide, patches, classes, beta) / len(patches)


def elbo(net, patches, site_class, seed=0, beta=1.0):
    """Evidence lower bound of patches (n, y, x) of classes (n,) int, nats per patch, from one sample of each."""
    return _bound(net, *to_tensors(net, patches, site_class), seed, beta)


def _information(net, patches, classes):
    """Mean KL divergence (latent,) of the posteriors of each latent variable from the prior, nats."""
    with torch.no_grad():
        z = net.encoder(patches, classes)["z"].base_dist
    return ((z.loc**2 + z.scale**2 - 1) / 2 - z.scale.log()).mean(0)


def _with_wall_penalty(bound, weight, patches, classes, pairs, rng):
    """Loss with the differences of z between neighbours, of as many pairs as there are patches in a batch."""

    def loss(model, guide, batch, batch_classes, beta):
        net = model.__self__
        drawn = torch.from_numpy(pairs[rng.integers(len(pairs), size=len(batch))]).flatten()
        z = net.encoder(patches[drawn], classes[drawn])["z"].mean.reshape(len(batch), 2, -1)
        # in standard deviations of z: else the model could make any length small by a smaller scale of z
        length = ((z[:, 0] - z[:, 1]).abs() / z.flatten(0, 1).std(0)).sum()
        return bound.differentiable_loss(model, guide, batch, batch_classes, beta) + weight * length

    return loss


def train(
    patches, site_class, architecture, training, seed, pairs=None, earlier=None, progress=iter, threads=1, watch=None
):
    """Train a model on patches.

    Parameters
    ----------
    patches : (n, y, x) float32; for the likelihood "bernoulli" within [0, 1]
    site_class : (n,) int, class of the site of each patch, from 0
    architecture : ferrotune.vae.architecture.Architecture
    training : Training
    seed : int; the same seed gives the same model on the processor of one machine
    pairs : (m, 2) int, rows of neighbouring sites; needed with a wall_penalty
    earlier : ferrotune.vae.model.RVAE to begin with, of the same architecture except for the window; by default none
    progress : function that wraps the iterable of epochs, such as tqdm
    threads : int; the last digits depend on it
    watch : function of the number of epochs done and of a function that gives the Trained so far, optional
        It is asked after each epoch but the last, and the training is given up where it returns True.

    Returns
    -------
    Trained

    Raises
    ------
    GivenUp
        If `watch` asks for it.
    ArithmeticError
        If the ELBO is not finite: the learning rate is too high.

    Examples
    --------
    >>> from ferrotune.vae.architecture import Architecture
    >>> patches = np.random.default_rng(0).normal(size=(60, 9, 9)).astype(np.float32)
    >>> architecture = Architecture(window=(9, 9), kinds=1, hidden=(8, 8))
    >>> trained = train(patches, np.zeros(60, int), architecture, Training(epochs=2, batch=20), seed=0)
    >>> len(trained.curve)
    2
    """
    with reproducible(seed, threads):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(patches))
        held, used = np.split(order, [math.ceil(HELD_OUT * len(patches))])
        net = RVAE(architecture).to(device())
        x, classes = to_tensors(net, patches, site_class)
        net.initialise(x[used], classes[used])
        if earlier is not None:
            copy_weights(net, earlier.to(device()))
        steps = math.ceil(len(used) / training.batch)
        optimiser = ClippedAdam({"lr": training.learning_rate, "lrd": FINAL_RATE ** (1 / (training.epochs * steps))})
        loss = bound = _elbo(architecture)
        if training.wall_penalty:
            loss = _with_wall_penalty(bound, training.wall_penalty, x, classes, np.asarray(pairs), rng)
        svi = SVI(net.model, net.guide, optimiser, loss)

        def step(epoch):
            beta, batches = training.beta_at(epoch), torch.from_numpy(rng.permutation(used)).split(training.batch)
            return -sum(svi.step(x[rows], classes[rows], beta) for rows in batches) / len(used)

        def finish(model):
            model.sort_latents(_information(model.eval(), x[held], classes[held]))

        def bound_now():
            return _bound(net, x[held], classes[held], seed, training.beta)

        return run_epochs(net, training, step, bound_now, finish, progress, watch)
