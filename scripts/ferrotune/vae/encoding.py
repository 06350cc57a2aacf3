"""From the patches of an image to a trained model, and from the model to the latent variables of the sites."""

import numpy as np

from ferrotune.vae.alignment import align_sublattices
from ferrotune.vae.architecture import SETTING_FIELDS, Architecture
from ferrotune.vae.checkpoints import from_checkpoint, to_checkpoint
from ferrotune.vae.latents import encode
from ferrotune.vae.training import Training, train

RANGE = (0.1, 99.9)  # percentiles of the pixels that become 0 and 1


def _architecture(setting, window, classes):
    """Architecture of a complete setting, for patches of a window (height, width) px."""
    options = {name: setting[name] for name in SETTING_FIELDS}
    return Architecture(window, classes, **options | {"hidden": (setting["hidden"],) * 2})


def _training(setting):
    """Training of a complete setting."""
    names = ("epochs", "batch", "learning_rate", "beta", "schedule", "patience", "wall_penalty")
    return Training(**{name: setting[name] for name in names})


def _scaled(patches, pixels):
    """Patches with the pixel values `low` at 0 and `high` at 1, clipped or not; pixels are (low, high, clipped)."""
    low, high, clipped = pixels
    patches = (patches - np.float32(low)) / np.float32(high - low)
    return patches.clip(0, 1) if clipped else patches


def _neighbour_pairs(described, rows):
    """Pairs (m, 2) of neighbouring sites of one class, both among some rows (n,) of all; numbered within these."""
    place = np.full(len(described), -1)
    place[rows] = np.arange(len(rows))
    edges = place[described.neighbours()]
    site_class = described.site_class[rows]
    pairs = edges[(edges >= 0).all(axis=1) & (site_class[edges[:, 0]] == site_class[edges[:, 1]])]
    if not len(pairs):
        raise ValueError("no two of the sites that are trained on are neighbours: raise subset for the wall_penalty")
    return pairs


def train_on_sites(described, setting, seed, progress=iter, earlier=None, watch=None):
    """Train a model on a seeded subset of the sites.

    Parameters
    ----------
    described : ferrotune.descriptors._patch_stack.PatchStack
    setting : dict, complete
    seed : int
    progress : function that wraps the iterable of epochs
    earlier : checkpoint (arrays, attributes) of a model of another window to begin with, optional
    watch : function of the number of epochs done and of a function that gives the checkpoint so far, optional
        As in `ferrotune.vae.training.train`.

    Returns
    -------
    arrays (dict), attributes (dict), as `ferrotune.vae.checkpoints` makes them, with `pixels` and `sites`
    """
    count = min(setting["subset"], len(described))
    rows = np.sort(np.random.default_rng(seed).permutation(len(described))[:count])
    patches = described.patches(setting, rows)
    clipped = setting["likelihood"] == "bernoulli"
    low, high = np.percentile(patches, RANGE) if clipped else (patches.mean(), patches.mean() + patches.std())
    pixels = (float(low), float(high), clipped)
    architecture = _architecture(setting, patches.shape[1:], int(described.site_class.max()) + 1)
    pairs = _neighbour_pairs(described, rows) if setting["wall_penalty"] else None
    training = _training(setting)
    start = None if earlier is None else from_checkpoint(*earlier).net
    scaled, classes = _scaled(patches, pixels), described.site_class[rows]

    def checkpoint(trained):
        arrays, attributes = to_checkpoint(trained, training)
        return arrays, attributes | {"pixels": pixels, "sites": count}

    seen = watch and (lambda done, trained_so_far: watch(done, lambda: checkpoint(trained_so_far())))
    return checkpoint(train(scaled, classes, architecture, training, seed, pairs, start, progress, watch=seen))


def patch_reader(described, setting, pixels):
    """Function that reads the patches (n, y, x) of a slice of sites, scaled as the model was trained."""
    return lambda part: _scaled(described.patches(setting, part), pixels)


def site_alignment(latents, described):
    """ferrotune.vae.alignment.Alignment of the sites, from their Latents as the encoder gives them."""
    return align_sublattices(latents, described.site_class, *described.positions())


def encode_sites(checkpoint, described, setting):
    """Latents of all sites, those of B columns aligned with those of A columns.

    Parameters
    ----------
    checkpoint : (arrays, attributes)
    described : ferrotune.descriptors._patch_stack.PatchStack
    setting : dict
    """
    read = patch_reader(described, setting, checkpoint[1]["pixels"])
    latents = encode(from_checkpoint(*checkpoint).net, read, described.site_class)
    return site_alignment(latents, described).apply(latents, described.site_class)
