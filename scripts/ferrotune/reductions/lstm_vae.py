"""LSTM variational autoencoder of loops: latent variables of hysteresis loops, after Qin et al. (2022)."""

from ferrotune.pipelines.parameters import COUNT, MANY, POSITIVE, SHARE, YES_OR_NO, Parameter, choice

PARAMETERS = {
    "latent": Parameter(COUNT, "{} latent variables"),
    "beta": Parameter(POSITIVE, "\N{GREEK SMALL LETTER BETA} {}"),
    "learning_rate": Parameter(POSITIVE, "lr {}"),
    # parameters that the config may leave out
    "architecture": Parameter(choice("small", "authors"), "{} LSTM", default="small"),
    "schedule": Parameter(choice("constant", "warm-up", "steps"), "{} \N{GREEK SMALL LETTER BETA}", default="constant"),
    "amortised": Parameter(YES_OR_NO, "amortised {}", default=False),
    "invariance": Parameter(choice("none", "t"), "invariance {}", unset="no invariance", default="none"),
    "hidden": Parameter(MANY, "{} neurons a layer", default=32),
    "block": Parameter(MANY, "{} steps at a time", default=12),
    "epochs": Parameter(MANY, "{} epochs", default=200),
    "patience": Parameter(MANY, "patience {}", default=40),
    "batch": Parameter(MANY, "batches of {}", default=300),
    "shift_spread": Parameter(SHARE, "shifts of {}", default=0.05),
}
NESTED = False
SHARED = True


def train(described, setting, seed, progress=iter, finished=None, watch=None):
    """Train a model on the loops of all sites: checkpoint (arrays, attributes); see `ferrotune.loop_vae`.

    Trials whose settings of the model are alike share it; an amortised one serves all values of beta. So none is given
    up (`watch`).
    """
    from ferrotune.loop_vae.encoding import model_key, train_on_loops

    setting = complete(setting)
    others = sorted((n, complete(other), read) for n, (other, read) in (finished or {}).items())
    same = [read for _, other, read in others if model_key(other) == model_key(setting)]
    return train_on_loops(described, setting, seed, progress, same)


def reduce_by(checkpoint, described, setting):
    """Latent variables (site, used) of all sites, each in standard deviations of its posterior (median of the sites).

    The prior gives every variable that is used about the same scale, however much it says about the loops. In units
    of what can be distinguished, one that says much counts much. One that is not used is left out: however small, a
    mixture with full covariances would follow its noise. Ours.
    """
    latents = _encoded(checkpoint, described, setting)
    return latents.z.astype(float)[:, latents.used] / latents.resolution[latents.used]


def generate_by(checkpoint, described, setting):
    """Function that decodes scores (n, used), as `reduce_by` gives them, to loops (n, step) in the data's units."""
    import numpy as np

    from ferrotune.loop_vae.encoding import decode_loops

    latents = _encoded(checkpoint, described, setting)

    def generate(scores):
        z = np.zeros((len(scores), len(latents.used)))
        z[:, latents.used] = scores * latents.resolution[latents.used]
        return decode_loops(checkpoint, z, setting["beta"])

    return generate


def _encoded(checkpoint, described, setting):
    """LoopLatents of all sites."""
    import numpy as np

    from ferrotune.loop_vae.encoding import encode_loops

    return encode_loops(checkpoint, np.asarray(described.loops(setting), np.float32), setting["beta"])


def complete(setting):
    """Add to a setting (dict) the defaults of the parameters that it leaves out."""
    return {name: parameter.default for name, parameter in PARAMETERS.items()} | setting
