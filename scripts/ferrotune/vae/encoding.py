"""A model of the sites of an image: from their patches to a checkpoint, and to their latent variables."""

import numpy as np

from ferrotune.files.stores import read_store
from ferrotune.vae.alignment import alignment
from ferrotune.vae.architecture import BUILT, Architecture
from ferrotune.vae.checkpoints import checkpoint, restored
from ferrotune.vae.latents import encode
from ferrotune.vae.training import Training
from ferrotune.vae.training import train as train_model

RANGE = (0.1, 99.9)  # percentiles of the pixels that become 0 and 1


def architecture(setting, window, kinds):
    """Architecture of a complete setting, for patches of a window (height, width) px."""
    built = {name: setting[name] for name in BUILT}
    return Architecture(window, kinds, **built | {"hidden": (setting["hidden"],) * 2})


def training(setting):
    """Training of a complete setting."""
    names = ("epochs", "batch", "learning_rate", "beta", "schedule", "patience", "wall_penalty")
    return Training(**{name: setting[name] for name in names})


def _scaled(patches, pixels):
    """Patches as the model takes them, given (low, high) that become 0 and 1, or whose distance becomes 1."""
    low, high, clipped = pixels
    patches = (patches - np.float32(low)) / np.float32(high - low)
    return patches.clip(0, 1) if clipped else patches


def train(described, setting, seed, progress=iter, earlier=None):
    """Train on a seeded subset of the sites.

    Parameters
    ----------
    described : ferrotune.descriptors._patch_stack.PatchStack
    setting : dict, complete
    seed : int
    progress : function that wraps the iterable of epochs
    earlier : checkpoint (arrays, attributes) of a model of another window to begin with, optional

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
    of = architecture(setting, patches.shape[1:], int(described.kind.max()) + 1)
    pairs = _pairs(described, rows) if setting["wall_penalty"] else None
    how = training(setting)
    start = None if earlier is None else restored(*earlier).net
    trained = train_model(_scaled(patches, pixels), described.kind[rows], of, how, seed, pairs, start, progress)
    arrays, attributes = checkpoint(trained, how)
    return arrays, attributes | {"pixels": pixels, "sites": count}


def _pairs(described, rows):
    """Pairs (m, 2) of neighbouring sites of one class, both among some rows (n,) of all; numbered as these are."""
    place = np.full(len(described), -1)
    place[rows] = np.arange(len(rows))
    edges = place[read_store(described.store, "edges")[0]["edges"]]
    kind = described.kind[rows]
    pairs = edges[(edges >= 0).all(axis=1) & (kind[edges[:, 0]] == kind[edges[:, 1]])]
    if not len(pairs):
        raise ValueError("no two of the sites that are trained on are neighbours: raise subset for the wall_penalty")
    return pairs


def latents_of(made, described, setting):
    """Latents of all sites, B's on the axes of A's.

    Parameters
    ----------
    made : (arrays, attributes) of a checkpoint
    described : ferrotune.descriptors._patch_stack.PatchStack
    setting : dict
    """
    found = encode(restored(*made).net, reader(described, setting, made[1]["pixels"]), described.kind)
    return axes_of(found, described).aligned(found, described.kind)


def axes_of(latents, described):
    """ferrotune.vae.alignment.Alignment of Latents as they were encoded."""
    places, of_image = read_store(described.store, "yx")
    return alignment(latents, described.kind, places["yx"], of_image["cell_px"])


def reader(described, setting, pixels):
    """Function of a slice of sites that gives their patches (n, y, x) as the model takes them."""
    return lambda part: _scaled(described.patches(setting, part), pixels)
