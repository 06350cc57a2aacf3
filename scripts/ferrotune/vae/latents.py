"""What a trained model says of patches: latent variables, how sure it is of them, and what they look like."""

from dataclasses import dataclass

import numpy as np
import torch

from ferrotune.vae.model import as_kinds
from ferrotune.vae.training import reproducible, tensors

BLOCK = 2048  # patches encoded together
SAMPLES = 30  # of the encoder with neurons left out; our choice


@dataclass(frozen=True)
class Latents:
    """Latent variables of n patches; arrays of no columns where the model has none.

    Attributes
    ----------
    z, z_sigma : (n, latent) float32, mean and standard deviation of the posterior
    angle, angle_sigma : (n, 0 or 1) float32, rad, from x towards y
    shift, shift_sigma : (n, 0 or 2) float32, (y, x), shares of the window; of a turned motif along its own axes
    state : (n, 0 or states) float32, probability of each
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
        """(n, r) float64: z and the angle's cosine and sine, as clusterings take them."""
        return np.concatenate([self.z, np.cos(self.angle), np.sin(self.angle)], axis=1).astype(float)


def _posteriors(net, patches, kind):
    found = net.encoder(*tensors(net, patches, kind))
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


def encode(net, read, kind, threads=1):
    """Latents of all sites.

    Parameters
    ----------
    net : ferrotune.vae.model.RVAE
    read : function of a slice of sites, giving their patches (n, y, x) float32
    kind : (site,) int
    """
    with reproducible(0, threads), torch.no_grad():
        parts = [slice(start, start + BLOCK) for start in range(0, len(kind), BLOCK)]
        blocks = [_posteriors(net.eval(), read(part), kind[part]) for part in parts]
    return Latents(
        **{name: np.concatenate([vars(block)[name].cpu().numpy() for block in blocks]) for name in vars(blocks[0])}
    )


def dropout_spread(net, read, kind, seed, samples=SAMPLES, threads=1):
    """Spread of z (site, latent) and of the angle (site, 0 or 1), rad, when neurons are left out at random.

    Monte Carlo dropout (Gal and Ghahramani, ICML 2016), as the paper estimates how sure its latent variables are;
    of the angle the circular standard deviation. Zero where the model was trained without dropout.
    """
    with reproducible(seed, threads), torch.no_grad():
        net.eval()
        for layer in net.modules():
            if isinstance(layer, torch.nn.Dropout):
                layer.train()
        spreads = []
        for start in range(0, len(kind), BLOCK):
            part = slice(start, start + BLOCK)
            patches = read(part)
            drawn = [_posteriors(net, patches, kind[part]) for _ in range(samples)]
            z = torch.stack([one.z for one in drawn])
            turned = torch.exp(1j * torch.stack([one.angle for one in drawn])).mean(0).abs().clamp(1e-9, 1.0)
            spreads.append((z.std(0, correction=0).cpu().numpy(), (-2 * turned.log()).sqrt().cpu().numpy()))
        net.eval()
    z, angle = zip(*spreads, strict=True)
    return np.concatenate(z), np.concatenate(angle)


def manifold(net, z, kind):
    """What latent variables look like before any turn.

    Parameters
    ----------
    net : ferrotune.vae.model.RVAE
    z : (n, latent)
    kind : int, the class of site

    Returns
    -------
    (n, y, x) float32, on the canonical grid; states are all as likely
    """
    of, at = net.of, net.encoder.mean.device
    z = torch.as_tensor(np.asarray(z, np.float32), device=at)
    content = [z, torch.full((len(z), of.states), 1 / of.states, device=at)] if of.states > 1 else [z]
    with torch.no_grad():
        drawn = net.decoder.canonical(torch.cat(content, -1), as_kinds([kind] * len(z), of.kinds).to(at))
    drawn = drawn.sigmoid() if of.likelihood == "bernoulli" else drawn
    return drawn.reshape(len(z), *(of.canvas if of.decoder == "grid" else of.window)).cpu().numpy()
