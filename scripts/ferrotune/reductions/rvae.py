"""Conditional rotationally invariant variational autoencoder: latent variables and turns of patches (crVAE)."""

from ferrotune.pipelines.parameters import COUNT, MANY, NOT_NEGATIVE, POSITIVE, SHARE, YES_OR_NO, Parameter, choice

PARAMETERS = {
    "latent": Parameter(COUNT, "{} latent variables"),
    "invariance": Parameter(choice("none", "r", "t", "rt"), "invariance {}", unset="no invariance"),
    "beta": Parameter(POSITIVE, "\N{GREEK SMALL LETTER BETA} {}"),
    "learning_rate": Parameter(POSITIVE, "lr {}"),
    # what may be left out, with what then holds
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
    "angle_spread": Parameter(NOT_NEGATIVE, "turns of {} degrees", default=0.0),
    "states": Parameter(COUNT, "{} states", default=1),
    "wall_penalty": Parameter(NOT_NEGATIVE, "wall penalty {}", default=0.0),
    "warm_start": Parameter(YES_OR_NO, "begun with an earlier model: {}", default=False),
}
NESTED = False
# Limits of the guards. A model makes two states of what its window sees of a wall, and changes between them over
# about the window: of right segmentations 0.55 to 0.9 is crossed. On 12 films without walls (76 trials, seeds 1 to 6,
# half of them tilted) the product was 0.35 at most, with right segmentations 0.44 to 0.7: it alone decides. Our choice.
LIMITS = {"distinct": 0.42, "crossed": 0.5}


def train(described, setting, seed, progress=iter, finished=None):
    """Checkpoint (arrays, attributes) of a model trained on a seeded subset of the sites; see `ferrotune.vae`."""
    from ferrotune.vae.encoding import train
    from ferrotune.vae.warm_start import nearest

    setting, finished = complete(setting), finished or {}
    near = nearest(setting, {n: complete(s) for n, (s, _) in finished.items()}) if setting["warm_start"] else None
    return train(described, setting, seed, progress, None if near is None else finished[near][1]())


def reduce_by(checkpoint, described, setting):
    """Latent variables (site, latent) of all sites, and of turned patches the angle's cosine and sine."""
    from ferrotune.vae.encoding import latents_of

    return latents_of(checkpoint, described, complete(setting)).features


def complete(setting):
    """The setting with what it leaves out."""
    return {name: parameter.default for name, parameter in PARAMETERS.items()} | setting
