"""Training of the model of loops: mean squared error plus beta times a mean KL divergence."""

import contextlib
import math
from dataclasses import dataclass

import numpy as np
import torch

from ferrotune.loop_vae.architecture import BETAS
from ferrotune.loop_vae.network import LoopVAE
from ferrotune.vae.epochs import HELD_OUT, cuda_devices, device, reproducible, run_epochs

FINAL_RATE = 0.01  # learning rate at the end, as a share of that at the start
WARM_UP = 1 / 3  # share of the epochs in which beta rises, for the schedule "warm-up"
BETA_STEP = 0.0025  # of the schedule "steps", the authors'
L1 = 1e-5  # weight of the L1 norm of the authors' dense layer at beta 0; it is multiplied by 10^beta
LARGEST_GRADIENT = 1.0  # norm; ours, LSTMs need some limit


@dataclass(frozen=True)
class LoopTraining:
    """Options of a training.

    Attributes
    ----------
    epochs : int, the most
    batch : int, loops in a step
    learning_rate : float, falling to a hundredth over the epochs along a cosine
    beta : float
        Weight of the KL divergence from the prior, in the mean over latent variables, beside the mean squared error
        of loops that have a variance of 1 (the authors' convention).
    schedule : {"constant", "warm-up", "steps"}
        Beta is constant, rises over the first third of the epochs, or rises from 0 in steps of 0.0025 that last
        equally long (1,000 epochs each at the authors' beta of 0.0175 with 8,000 epochs).
    patience : int or None
        The training ends after so many epochs without a better held-out loss; None: it runs all epochs.
    """

    epochs: int = 200
    batch: int = 300
    learning_rate: float = 3e-3
    beta: float = 0.0175
    schedule: str = "constant"
    patience: int | None = 40

    def beta_at(self, epoch):
        """Beta in an epoch; epochs are counted from 0."""
        done = epoch / max(self.epochs, 1)
        if self.schedule == "steps":
            count = math.ceil(round(self.beta / BETA_STEP, 9))
            return min(self.beta, BETA_STEP * math.floor(done * (count + 1)))
        return self.beta * (1.0 if self.schedule == "constant" else min(1.0, done / WARM_UP))


@contextlib.contextmanager
def _deterministic():
    """Context in which torch takes only algorithms that repeat to the byte, and warns where a card has none."""
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])


def _parts(net, loops, beta):
    """Mean squared error (n,), KL divergence of each variable (n, latent), and the L1 norm, of loops (n, step)."""
    (mean, logvar), norm = net.encode(loops, beta)
    z = mean + (0.5 * logvar).exp() * torch.randn_like(mean)
    error = (net.decode(z, beta) - loops).pow(2).mean(-1)
    return error, 0.5 * (mean.pow(2) + logvar.exp() - 1 - logvar), norm


def loop_loss(net, loops, beta, seed=0, samples=1):
    """Loss of scaled loops (n, step) at beta (float or (n,)), and its two parts, without the L1 norm.

    Returns
    -------
    loss, error, divergence : float
        Loss = error + beta x divergence: the mean squared error of loops decoded from random z of the posterior, and
        the KL divergence from the prior, summed over a shift, divided by the number of latent variables; nats.
    """
    net.eval()
    with torch.no_grad(), torch.random.fork_rng(cuda_devices()):
        torch.manual_seed(seed)
        beta = torch.as_tensor(beta, dtype=torch.float32, device=loops.device).expand(len(loops))
        found = [_parts(net, loops, beta) for _ in range(samples)]
        error = torch.stack([one[0] for one in found]).mean(0)
        divergence = found[0][1].sum(-1) / net.architecture.latent
        return tuple(float(v.mean()) for v in (error + beta * divergence, error, divergence))


def _spread_betas(count):
    """Betas (count,) float32 that fill BETAS evenly, by their logarithm."""
    return torch.as_tensor(np.geomspace(*BETAS, count), dtype=torch.float32)


def _drawn_betas(rng, count):
    """Betas (count,) of a batch, uniform in their logarithm."""
    return torch.as_tensor(np.exp(rng.uniform(*np.log(BETAS), count)), dtype=torch.float32)


def _information(net, loops, beta):
    """Mean KL divergence (latent,) of the posterior of each latent variable from the prior, nats."""
    with torch.no_grad():
        return _parts(net, loops, beta)[1][:, : net.architecture.latent].mean(0)


def train_loops(loops, axis, architecture, how, seed, progress=iter, threads=1, watch=None):
    """Train a model on loops.

    Parameters
    ----------
    loops : (n, step) float32, scaled to mean 0 and variance 1 over all steps of all loops
    axis : (step,) float, V
    architecture : ferrotune.loop_vae.architecture.LoopArchitecture
    how : LoopTraining
    seed : int; the same seed gives the same model on the processor of one machine
    progress, watch : as in `ferrotune.vae.epochs.run_epochs`
    threads : int; the last digits depend on it

    Returns
    -------
    ferrotune.vae.epochs.Trained
        Its curve holds minus the loss.

    Raises
    ------
    GivenUp, ArithmeticError
        As in `ferrotune.vae.epochs.run_epochs`.

    Examples
    --------
    >>> from ferrotune.loop_vae.architecture import LoopArchitecture
    >>> loops = np.random.default_rng(0).normal(size=(40, 12)).astype(np.float32)
    >>> axis = np.concatenate([np.linspace(1, -0.7, 6), np.linspace(-1, 0.7, 6)])
    >>> small = LoopArchitecture(12, (6, 6), (-1, 1), latent=2, hidden=4, block=4)
    >>> len(train_loops(loops, axis, small, LoopTraining(epochs=2, batch=20), seed=0).curve)
    2
    """
    with reproducible(seed, threads), _deterministic():
        rng = np.random.default_rng(seed)
        held, used = np.split(rng.permutation(len(loops)), [math.ceil(HELD_OUT * len(loops))])
        net = LoopVAE(architecture).to(device())
        x = torch.from_numpy(np.ascontiguousarray(loops, np.float32)).to(device())
        net.initialise(x[used].cpu(), axis)
        optimiser = torch.optim.Adam(net.parameters(), lr=how.learning_rate)
        steps = how.epochs * math.ceil(len(used) / how.batch)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps, FINAL_RATE * how.learning_rate)
        of_held = _spread_betas(len(held)) if architecture.amortised else torch.full((len(held),), how.beta)
        of_held = of_held.to(x.device)

        def loss_of(batch, beta):
            error, divergence, norm = _parts(net, batch, beta)
            loss = error + beta * divergence.sum(-1) / architecture.latent
            # else the largest betas, whose losses are the largest, would decide alone what is learned
            weight = (beta / BETAS[1]).rsqrt() / len(beta) if architecture.amortised else 1 / len(beta)
            return (loss * weight).sum() + L1 * 10 ** float(beta.mean()) * norm

        def step(epoch):
            total = 0.0
            for rows in torch.from_numpy(rng.permutation(used)).split(how.batch):
                beta = torch.full((len(rows),), how.beta_at(epoch))
                beta = _drawn_betas(rng, len(rows)) if architecture.amortised else beta
                loss = loss_of(x[rows], beta.to(x.device))
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(net.parameters(), LARGEST_GRADIENT)
                optimiser.step()
                falling.step()
                total += float(loss.detach()) * len(rows)
            return -total / len(used)

        def bound():
            net.eval()
            with torch.no_grad(), torch.random.fork_rng(cuda_devices()):
                torch.manual_seed(seed)
                return -float(loss_of(x[held], of_held))

        def finish(model):
            model.sort_latents(_information(model.eval(), x[held], of_held))

        return run_epochs(net, how, step, bound, finish, progress, watch)
