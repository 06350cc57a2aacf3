"""Arrays that describe a trained model of loops: latent variables of the sites, and generated loops."""

import numpy as np

from ferrotune.loop_vae.architecture import BETAS
from ferrotune.loop_vae.checkpoints import LOSSES
from ferrotune.loop_vae.encoding import decode_loops, encode_loops, loss_of_loops
from ferrotune.loops.generated import along_scores

SHOWN_BETAS = 4  # at which an amortised model's loops are generated, evenly over the logarithm of BETAS


def _traversals(checkpoint, z, beta):
    """Loops (latent, point, step) along each variable of z (site, latent), and where they are, (latent, point)."""
    at = along_scores(z.astype(float))
    loops = decode_loops(checkpoint, at.reshape(-1, z.shape[1]), beta).reshape(*at.shape[:2], -1)
    return loops, at[np.arange(len(at)), :, np.arange(len(at))]


def traversal_arrays(checkpoint, described, setting):
    """Arrays that describe a trained model of loops.

    Parameters
    ----------
    checkpoint : (arrays, attributes)
    described : object with `loops(setting)`, (site, step), and `axis` (step,), V
    setting : dict, complete

    Returns
    -------
    dict of name to (dimension names, array), as `ferrotune.files.stores.write_store` takes it
        z, z_sigma (site, latent); shift (site, 0 or 1) steps; traversal (latent, point, step) with traversal_z
        (latent, point): loops along each latent variable over the range of the sites, the others at their median;
        beta (beta,) with beta_traversal (beta, latent, point, step) and beta_loss (beta, part) of loss, mean squared
        error and divergence: the same for several betas, where one training serves them all, else for its own;
        training_loss, heldout_loss (epoch,).
    """
    loops = np.asarray(described.loops(setting), np.float32)
    amortised = checkpoint[1]["architecture"]["amortised"]
    latents = encode_loops(checkpoint, loops, setting["beta"])
    traversal, places = _traversals(checkpoint, latents.z, setting["beta"])
    betas = np.geomspace(*BETAS, SHOWN_BETAS) if amortised else np.array([setting["beta"]])
    of_betas = [_traversals(checkpoint, encode_loops(checkpoint, loops, beta).z, beta)[0] for beta in betas]
    losses = [loss_of_loops(checkpoint, loops, beta) for beta in betas]
    arrays = {
        "z": (("site", "latent"), latents.z),
        "z_sigma": (("site", "latent"), latents.z_sigma),
        "shift": (("site", "shift"), latents.shift),
        "traversal": (("latent", "point", "step"), traversal),
        "traversal_z": (("latent", "point"), places),
        "beta": (("beta",), betas),
        "beta_traversal": (("beta", "latent", "point", "step"), np.stack(of_betas)),
        "beta_loss": (("beta", "part"), np.array(losses)),
    }
    return arrays | {name: (("epoch",), checkpoint[0][name]) for name in LOSSES}
