"""From the loops of a grid to a trained model, and from the model to the latent variables of the sites."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import torch

from ferrotune.loop_vae.architecture import BETAS, LoopArchitecture
from ferrotune.loop_vae.checkpoints import loops_from_checkpoint, loops_to_checkpoint
from ferrotune.loop_vae.training import LoopTraining, loop_loss, train_loops
from ferrotune.loops.branches import branches_of
from ferrotune.vae.epochs import device, reproducible

BLOCK = 2048  # loops encoded together
KNOWN = 8  # models that a process keeps
TRAINED = ("epochs", "batch", "learning_rate", "schedule", "patience")  # parameters of a training, with beta
SIZES = ("latent", "architecture", "hidden", "block", "invariance", "shift_spread", "amortised")
# Nats, mean KL divergence from the prior: a variable with less is not used. Ours; on toy sets 4 and 11 used ones have
# 0.07 or more, the others 0.001 or less.
USED = 0.01
_known = {}  # the last models of this process, by what they were trained on and how


@dataclass(frozen=True)
class LoopLatents:
    """Latent variables of n loops.

    Attributes
    ----------
    z, z_sigma : (n, latent) float32, mean and standard deviation of the posterior
    shift, shift_sigma : (n, 0 or 1) float32, steps towards higher voltage
    """

    z: np.ndarray
    z_sigma: np.ndarray
    shift: np.ndarray
    shift_sigma: np.ndarray

    @property
    def resolution(self):
        """Median standard deviation of the posterior of each latent variable, (latent,) float: what it can resolve."""
        return np.median(self.z_sigma, axis=0).astype(float)

    @property
    def divergence(self):
        """Mean Kullback-Leibler divergence of each latent variable from the prior, (latent,) nats: what it says."""
        z, variance = self.z.astype(float), self.z_sigma.astype(float) ** 2
        return 0.5 * (z**2 + variance - 1 - np.log(variance)).mean(axis=0)

    @property
    def used(self):
        """Which latent variables say anything of the loops, (latent,) bool; at least the one that says most."""
        return self.divergence >= min(USED, self.divergence.max())


def _scale(loops):
    """Mean and standard deviation of all steps of all loops; the authors scale their loops so."""
    low, high = float(loops.mean(dtype=float)), float(loops.std(dtype=float))
    if not high > 0:
        raise ValueError("all loops are constant and alike: there is nothing to learn")
    return low, high


def scaled(loops, scale):
    """Loops (n, step) float32 with their mean at 0 and a variance of 1; scale is (mean, standard deviation)."""
    return ((loops - scale[0]) / scale[1]).astype(np.float32)


def _digest(loops, axis):
    return sha256(np.ascontiguousarray(loops).tobytes() + np.ascontiguousarray(axis, float).tobytes()).hexdigest()[:16]


def model_key(setting):
    """What a model depends on (tuple), beside the loops: settings with equal keys share a model.

    setting : dict, complete
    """
    beta = None if setting["amortised"] else setting["beta"]
    return beta, *(setting[name] for name in (*SIZES, *TRAINED))


def _train(loops, axis, setting, seed, progress):
    """Checkpoint of a model trained on loops (n, step)."""
    branches, scale = branches_of(axis), _scale(loops)
    sizes = {name: setting[name] for name in SIZES}
    lengths, directions = (tuple(map(int, of)) for of in (branches.length, branches.direction))
    architecture = LoopArchitecture(loops.shape[1], lengths, directions, **sizes)
    how = LoopTraining(beta=setting["beta"], **{name: setting[name] for name in TRAINED})
    trained = train_loops(scaled(loops, scale), axis, architecture, how, seed, progress)
    arrays, attributes = loops_to_checkpoint(trained, how)
    return arrays, attributes | {"scale": scale, "loops": _digest(loops, axis)}


def _for_all_betas(setting):
    """Setting of an amortised training, which is the same for every beta that it serves; ValueError for others."""
    if setting["schedule"] != "constant":
        raise ValueError("amortised: true draws beta for each loop; set schedule to constant")
    if not BETAS[0] <= setting["beta"] <= BETAS[1]:
        raise ValueError(f"amortised: true knows beta from {BETAS[0]:g} to {BETAS[1]:g}; beta is {setting['beta']:g}")
    return setting | {"beta": BETAS[0]}


def train_on_loops(described, setting, seed, progress=iter, earlier=()):
    """Train a model on the loops of all sites, or take one that was trained on the same loops in the same way.

    Parameters
    ----------
    described : object with `loops(setting)`, (site, step), and `axis` (step,), V
    setting : dict, complete
    seed : int
    progress : function that wraps the iterable of epochs
    earlier : iterable of functions that read the checkpoint of a trial of the same `model_key`

    Returns
    -------
    arrays (dict), attributes (dict)
        As `ferrotune.loop_vae.checkpoints` makes them, with `scale` and a digest of the `loops`.

    Raises
    ------
    ValueError
        If all loops are constant; if an amortised training is given another schedule, or a beta that it does not know.
    """
    loops, axis = np.asarray(described.loops(setting), np.float32), np.asarray(described.axis, float)
    if setting["amortised"]:
        setting = _for_all_betas(setting)
    of_loops = _digest(loops, axis)
    for read in earlier:
        arrays, attributes = read()
        if attributes["loops"] == of_loops:
            return arrays, attributes
    key = of_loops, seed, model_key(setting)
    if key not in _known:
        made = _train(loops, axis, setting, seed, progress)
        while len(_known) >= KNOWN:
            _known.pop(next(iter(_known)))
        _known[key] = made
    return _known[key]


def _betas(count, beta, at):
    return torch.full((count,), float(beta), device=at)


def encode_loops(checkpoint, loops, beta, threads=1):
    """LoopLatents of loops (site, step), in the units that the model was trained on, at a beta."""
    net, x = loops_from_checkpoint(*checkpoint).net.to(device()), scaled(loops, checkpoint[1]["scale"])
    latent, found = net.architecture.latent, []
    with reproducible(0, threads), torch.no_grad():
        for start in range(0, len(x), BLOCK):
            part = torch.from_numpy(x[start : start + BLOCK]).to(device())
            found.append([v.cpu().numpy() for v in net.encode(part, _betas(len(part), beta, part.device))[0]])
    mean, logvar = (np.concatenate(of) for of in zip(*found, strict=True))
    sigma, steps = np.exp(0.5 * logvar), np.float32(net.architecture.spread)
    return LoopLatents(mean[:, :latent], sigma[:, :latent], steps * mean[:, latent:], steps * sigma[:, latent:])


def decode_loops(checkpoint, z, beta, threads=1):
    """Loops (n, step) float32, in the units of the data, of z (n, latent) without shift, at a beta."""
    net, (low, high) = loops_from_checkpoint(*checkpoint).net.to(device()), checkpoint[1]["scale"]
    z = torch.from_numpy(np.ascontiguousarray(z, np.float32)).to(device())
    if net.architecture.shifted:
        z = torch.cat([z, z.new_zeros(len(z), 1)], -1)
    with reproducible(0, threads), torch.no_grad():
        parts = [net.decode(of, _betas(len(of), beta, of.device)).cpu().numpy() for of in z.split(BLOCK)]
    return np.concatenate(parts) * np.float32(high) + np.float32(low)


def loss_of_loops(checkpoint, loops, beta, samples=1):
    """Loss, error and divergence (float each) of loops (site, step) at a beta, as `loop_loss` gives them."""
    net, x = loops_from_checkpoint(*checkpoint).net.to(device()), scaled(loops, checkpoint[1]["scale"])
    return loop_loss(net, torch.from_numpy(x).to(device()), beta, samples=samples)
