"""Training of a model on an image's patches, with some held out to say when it is enough."""

import contextlib
import copy
import math
from dataclasses import dataclass, field

import numpy as np
import pyro
import torch
from pyro.infer import SVI, TraceEnum_ELBO, TraceMeanField_ELBO
from pyro.optim import ClippedAdam

from ferrotune.vae.model import RVAE, as_kinds
from ferrotune.vae.warm_start import take_over

HELD_OUT = 0.1  # share of the patches
SLOWER = 0.1  # the learning rate at the end, as a share of that at the start
WARM = 1 / 3  # share of the epochs, or of a cycle's half, in which beta rises
CYCLES = 4


@dataclass(frozen=True)
class Training:
    """How a model is trained.

    Attributes
    ----------
    epochs : int, at most
    batch : int, patches a step
    learning_rate : float, falling to a tenth over the epochs
    beta : float
        Weight of what is known of the latent variables (Higgins et al., ICLR 2017).
    schedule : {"constant", "warm-up", "cyclic"}
        Of beta: as it is; rising over the first third; rising four times over (Fu et al., NAACL 2019).
    patience : int or None
        Epochs without a better held-out ELBO after which it ends; None: it never ends before.
    wall_penalty : float
        Weight of the differences of z between neighbouring sites, of the length of walls: nats a site and standard
        deviation of z. The physics-augmented loss in our form.
    """

    epochs: int = 30
    batch: int = 200
    learning_rate: float = 1e-3
    beta: float = 1.0
    schedule: str = "constant"
    patience: int | None = 5
    wall_penalty: float = 0.0

    def beta_at(self, epoch):
        """Beta in an epoch, counted from 0."""
        done = epoch / max(self.epochs, 1)
        rise = {"constant": 1.0, "warm-up": done / WARM, "cyclic": 2 * (CYCLES * done % 1)}[self.schedule]
        return self.beta * min(1.0, max(rise, 0.01))


@dataclass(frozen=True)
class Trained:
    """A model, and how it came about.

    Attributes
    ----------
    net : ferrotune.vae.model.RVAE, with the parameters of the best epoch
    curve : list of (float, float), ELBO of each epoch's patches and of the held-out ones, nats a patch
    best : int, the epoch whose parameters it has
    """

    net: RVAE
    curve: list = field(default_factory=list)
    best: int = 0


def device():
    """Where tensors live: on the graphics card where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _cards():
    """Numbers (list) of the graphics cards whose random numbers are drawn from."""
    return [torch.cuda.current_device()] if torch.cuda.is_available() else []


@contextlib.contextmanager
def reproducible(seed, threads=1):
    """The random numbers of a seed inside, those of before afterwards; so many threads: sums hang on their number."""
    before = torch.get_num_threads()
    with torch.random.fork_rng(_cards()), pyro.validation_enabled(False):
        torch.set_num_threads(threads)
        torch.manual_seed(seed)  # not Pyro's, which would set numpy's and Python's too
        pyro.clear_param_store()
        try:
            yield
        finally:
            torch.set_num_threads(before)


def _elbo(of):
    """Of the model: over the states all are counted, not drawn; else the normals' divergences are exact."""
    return TraceEnum_ELBO(max_plate_nesting=1) if of.states > 1 else TraceMeanField_ELBO()


def tensors(net, patches, kind):
    """Patches (n, y * x) and kinds (n, kinds) as the model takes them, beside its parameters."""
    at = net.encoder.mean.device
    flat = torch.from_numpy(np.ascontiguousarray(patches, np.float32).reshape(len(patches), -1))
    return flat.to(at), as_kinds(kind, net.of.kinds).to(at)


def elbo(net, patches, kind, seed=0, beta=1.0):
    """Evidence lower bound of patches (n, y, x) of kinds (n,) int, nats a patch; one sample each."""
    return _bound(net, *tensors(net, patches, kind), seed, beta)


def _bound(net, patches, kinds, seed, beta):
    net.eval()
    with torch.no_grad(), torch.random.fork_rng(_cards()):
        torch.manual_seed(seed)
        return -_elbo(net.of).loss(net.model, net.guide, patches, kinds, beta) / len(patches)


def _informed(net, patches, kinds):
    """Mean information on each latent variable (latent,), nats: its posteriors' divergence from the prior."""
    with torch.no_grad():
        z = net.encoder(patches, kinds)["z"].base_dist
    return ((z.loc**2 + z.scale**2 - 1) / 2 - z.scale.log()).mean(0)


def _penalised(bound, weight, patches, kinds, pairs, rng):
    """The loss with the differences of z between neighbours, of as many pairs as there are patches in a batch."""

    def loss(model, guide, batch, batch_kinds, beta):
        net = model.__self__
        drawn = torch.from_numpy(pairs[rng.integers(len(pairs), size=len(batch))]).flatten()
        z = net.encoder(patches[drawn], kinds[drawn])["z"].mean.reshape(len(batch), 2, -1)
        # in standard deviations of z: a smaller scale, which costs no information, would make any length small
        length = ((z[:, 0] - z[:, 1]).abs() / z.flatten(0, 1).std(0)).sum()
        return bound.differentiable_loss(model, guide, batch, batch_kinds, beta) + weight * length

    return loss


def train(patches, kind, of, how, seed, pairs=None, earlier=None, progress=iter, threads=1):
    """Train a model.

    Parameters
    ----------
    patches : (n, y, x) float32; of the likelihood "bernoulli" within [0, 1]
    kind : (n,) int, class of each patch's site, from 0
    of : ferrotune.vae.architecture.Architecture
    how : Training
    seed : int; the same gives the same model, on one machine's processor
    pairs : (m, 2) int, rows of neighbouring sites; needed with a wall_penalty
    earlier : ferrotune.vae.model.RVAE of the same architecture but for the window, to begin with; by default, none
    progress : function that wraps the iterable of epochs, such as tqdm
    threads : int; the last digits hang on it

    Returns
    -------
    Trained

    Raises
    ------
    ArithmeticError
        Where the ELBO is not finite: the learning rate is too high.
    """
    with reproducible(seed, threads):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(patches))
        held, used = np.split(order, [math.ceil(HELD_OUT * len(patches))])
        net = RVAE(of).to(device())
        x, kinds = tensors(net, patches, kind)
        net.begin(x[used], kinds[used])
        if earlier is not None:
            take_over(net, earlier.to(device()))
        steps = math.ceil(len(used) / how.batch)
        optimiser = ClippedAdam({"lr": how.learning_rate, "lrd": SLOWER ** (1 / (how.epochs * steps))})
        loss = bound = _elbo(of)
        if how.wall_penalty:
            loss = _penalised(bound, how.wall_penalty, x, kinds, np.asarray(pairs), rng)
        svi = SVI(net.model, net.guide, optimiser, loss)
        curve, kept, best = [], None, 0
        epochs = progress(range(how.epochs))
        for epoch in epochs:
            net.train()
            beta, batches = how.beta_at(epoch), torch.from_numpy(rng.permutation(used)).split(how.batch)
            total = sum(svi.step(x[rows], kinds[rows], beta) for rows in batches)
            curve.append((-total / len(used), _bound(net, x[held], kinds[held], seed, how.beta)))
            if not np.isfinite(curve[-1]).all():
                raise ArithmeticError("the training diverged: lower the learning_rate")
            if hasattr(epochs, "set_postfix"):
                epochs.set_postfix(elbo=f"{curve[-1][0]:.1f}", held_out=f"{curve[-1][1]:.1f}")
            if curve[-1][1] >= curve[best][1]:
                kept, best = copy.deepcopy(net.state_dict()), epoch
            if how.patience is not None and epoch - best >= how.patience:
                break
        net.load_state_dict(kept)
        net.sort(_informed(net.eval(), x[held], kinds[held]))
        return Trained(net, curve, best)
