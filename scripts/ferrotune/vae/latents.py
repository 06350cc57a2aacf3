"""What a trained model gives for patches: latent variables, their uncertainty, and decoded images."""

from dataclasses import dataclass

import numpy as np
import torch

from ferrotune.vae.epochs import reproducible
from ferrotune.vae.model import one_hot_classes
from ferrotune.vae.training import to_tensors

BLOCK = 2048  # patches encoded together
SAMPLES = 30  # of the encoder with neurons left out; our choice


@dataclass(frozen=True)
class Latents:
    """Latent variables of n patches; arrays have no columns where the model lacks the variable.

    Attributes
    ----------
    z, z_sigma : (n, latent) float32, mean and standard deviation of the posterior
    angle, angle_sigma : (n, 0 or 1) float32, rad, from x towards y
    shift, shift_sigma : (n, 0 or 2) float32, (y, x), shares of the window, along the axes of the motif before rotation
    state : (n, 0 or states) float32, probability of each discrete latent class
    """

    z: np.ndarray
    z_sigma: np.ndarray
    angle: np.ndarray
    angle_sigma: np.ndarray
    shift: np.ndarray
    shift_sigma: np.ndarray
    state: np.ndarray

    @property
    def features(self):
        """(n, r) float64: z, and cosine and sine of the angle, as clusterings take them."""
        return np.concatenate([self.z, np.cos(self.angle), np.sin(self.angle)], axis=1).astype(float)


def _posteriors(net, patches, site_class):
    """Latents, as tensors, of some patches."""
    found = net.encoder(*to_tensors(net, patches, site_class))
    none = torch.empty(len(patches), 0)
    z, angle, shift = found["z"].base_dist, found.get("angle"), found.get("shift")
    return Latents(
        z=z.loc,
        z_sigma=z.scale,
        angle=none if angle is None else angle.loc[:, None],
        angle_sigma=none if angle is None else angle.scale[:, None],
        shift=none if shift is None else shift.base_dist.loc,
        shift_sigma=none if shift is None else shift.base_dist.scale,
        state=found["state"].probs if "state" in found else none,
    )


def encode(net, read, site_class, threads=1):
    """Encode the patches of all sites.

    Parameters
    ----------
    net : ferrotune.vae.model.RVAE
    read : function of a slice of sites that gives their patches (n, y, x) float32
    site_class : (site,) int
    threads : int

    Returns
    -------
    Latents
    """
    with reproducible(0, threads), torch.no_grad():
        parts = [slice(start, start + BLOCK) for start in range(0, len(site_class), BLOCK)]
        blocks = [_posteriors(net.eval(), read(part), site_class[part]) for part in parts]
    return Latents(
        **{name: np.concatenate([vars(block)[name].cpu().numpy() for block in blocks]) for name in vars(blocks[0])}
    )


def dropout_uncertainty(net, read, site_class, seed, samples=SAMPLES, threads=1):
    """Standard deviations of z and of the angle when neurons are left out at random.

    Parameters
    ----------
    net : ferrotune.vae.model.RVAE
    read : function of a slice of sites that gives their patches (n, y, x) float32
    site_class : (site,) int
    seed : int
    samples : int, how often each patch is encoded
    threads : int

    Returns
    -------
    z : (site, latent)
    angle : (site, 0 or 1) rad, circular standard deviation

    Notes
    -----
    Monte Carlo dropout (Gal and Ghahramani, ICML 2016), by which the paper estimates the uncertainty of its latent
    variables. Zero where the model was trained without dropout.
    """
    with reproducible(seed, threads), torch.no_grad():
        net.eval()
        for layer in net.modules():
            if isinstance(layer, torch.nn.Dropout):
                layer.train()
        deviations = []
        for start in range(0, len(site_class), BLOCK):
            part = slice(start, start + BLOCK)
            patches = read(part)
            drawn = [_posteriors(net, patches, site_class[part]) for _ in range(samples)]
            z = torch.stack([one.z for one in drawn])
            length = torch.exp(1j * torch.stack([one.angle for one in drawn])).mean(0).abs().clamp(1e-9, 1.0)
            deviations.append((z.std(0, correction=0).cpu().numpy(), (-2 * length.log()).sqrt().cpu().numpy()))
        net.eval()
    z, angle = zip(*deviations, strict=True)
    return np.concatenate(z), np.concatenate(angle)


def manifold(net, z, site_class):
    """Decode latent variables to images, without rotation and shift.

    Parameters
    ----------
    net : ferrotune.vae.model.RVAE
    z : (n, latent)
    site_class : int, the class of all n sites

    Returns
    -------
    (n, y, x) float32, on the canonical grid; all discrete latent classes have the same weight
    """
    architecture, at = net.architecture, net.encoder.mean.device
    z = torch.as_tensor(np.asarray(z, np.float32), device=at)
    content = [z]
    if architecture.discrete:
        content.append(torch.full((len(z), architecture.states), 1 / architecture.states, device=at))
    with torch.no_grad():
        classes = one_hot_classes([site_class] * len(z), architecture.kinds).to(at)
        decoded = net.decoder.canonical(torch.cat(content, -1), classes)
    decoded = decoded.sigmoid() if architecture.likelihood == "bernoulli" else decoded
    size = architecture.canvas if architecture.decoder == "grid" else architecture.window
    return decoded.reshape(len(z), *size).cpu().numpy()
