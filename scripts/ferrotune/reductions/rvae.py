"""Conditional, rotationally invariant variational autoencoder (crVAE): latent variables and rotations of patches."""

from ferrotune.pipelines.parameters import COUNT, MANY, NOT_NEGATIVE, POSITIVE, SHARE, YES_OR_NO, Parameter, choice

PARAMETERS = {
    "latent": Parameter(COUNT, "{} latent variables"),
    "invariance": Parameter(choice("none", "r", "t", "rt"), "invariance {}", unset="no invariance"),
    "beta": Parameter(POSITIVE, "\N{GREEK SMALL LETTER BETA} {}"),
    "learning_rate": Parameter(POSITIVE, "lr {}"),
    # parameters that the config may leave out
    "likelihood": Parameter(choice("gaussian", "bernoulli"), "{} pixels", default="gaussian"),
    "schedule": Parameter(
        choice("constant", "warm-up", "cyclic"), "{} \N{GREEK SMALL LETTER BETA}", default="constant"
    ),
    "decoder": Parameter(choice("grid", "coordinates"), "{} decoder", default="grid"),
    "hidden": Parameter(MANY, "{} neurons a layer", default=128),
    "dropout": Parameter(SHARE, "dropout {}", default=0.05),
    "subset": Parameter(MANY, "trained on {} sites", default=6000),
    "epochs": Parameter(MANY, "{} epochs", default=30),
    "patience": Parameter(MANY, "patience {}", default=5),
    "batch": Parameter(MANY, "batches of {}", default=200),
    "shift_spread": Parameter(SHARE, "shifts of {}", default=0.05),
    "angle_spread": Parameter(NOT_NEGATIVE, "rotations of {} degrees", default=0.0),
    "states": Parameter(COUNT, "{} discrete latent classes", default=1),
    "wall_penalty": Parameter(NOT_NEGATIVE, "wall penalty {}", default=0.0),
    "warm_start": Parameter(YES_OR_NO, "warm start {}", default=False),
}
NESTED = False


def train(described, setting, seed, progress=iter, finished=None, watch=None):
    """Train a model on a seeded subset of the sites: checkpoint (arrays, attributes); see `ferrotune.vae`."""
    from ferrotune.vae.encoding import train_on_sites
    from ferrotune.vae.warm_start import nearest_trial

    setting, finished = complete(setting), finished or {}
    near = nearest_trial(setting, {n: complete(s) for n, (s, _) in finished.items()}) if setting["warm_start"] else None
    begun = None if near is None else finished[near][1]()
    return train_on_sites(described, setting, seed, progress, begun, watch)


def reduce_by(checkpoint, described, setting):
    """Latent variables (site, latent) of all sites; with rotations also cosine and sine of the angle."""
    from ferrotune.vae.encoding import encode_sites

    return encode_sites(checkpoint, described, complete(setting)).features


def complete(setting):
    """Add to a setting (dict) the defaults of the parameters that it leaves out."""
    return {name: parameter.default for name, parameter in PARAMETERS.items()} | setting
