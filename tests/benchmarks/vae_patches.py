"""Patches for variational autoencoders: 40 x 40 px around A and B columns, of a simulated film and a real image.

The sets are those that all models of a benchmark are trained and judged on. Held-out patches share no pixel with
training patches: they lie in another strip of the image.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.sublattices import A, B
from ferrotune.descriptors._patch_cutting import Cutter, usable_sites
from ferrotune.files.images import read_image
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

SIZE = 40  # px, the patches' side
FILM = {"geometry": "mottled", "shape": (1440, 1440), "sm_percent": 7.0, "thickness_gradient": 0.0}
REAL = Path(__file__).parents[2].parent / "shared" / "data" / "sm_bfo_patch.tif"
HELD_SHARE = 1 / 3  # of the image's height, at its lower end
RANGE = (0.5, 99.5)  # percentiles of the image that become 0 and 1
SHIFT = 1.5  # px: a real column is taken again, moved by at most this along each axis
NOISE = 0.03  # of the scaled range, standard deviation, added to what is taken again


@dataclass(frozen=True)
class Patches:
    """Patches (n, 40, 40) float32 in [0, 1] and their column's sublattice (n,) int64, 0 = A, 1 = B."""

    train: np.ndarray
    train_kind: np.ndarray
    held: np.ndarray
    held_kind: np.ndarray


def _cut(cutter, yx):
    """Patches (n, 40, 40) with their column in the middle, which is between the pixels 19 and 20."""
    return cutter(yx + 0.5)


def _columns(image, mask):
    """Positions (n, 2) px whose window is inside, even when moved, and sublattice (n,)."""
    columns = find_columns(image, mask, find_lattice(image, mask))
    known = np.isin(columns.sublattice, (A, B))
    yx, kind = columns.fit.yx[known], columns.sublattice[known].astype(np.int64)
    rim = 2 * int(np.ceil(SHIFT)) + 1
    inside = usable_sites(mask, yx, (SIZE + rim, SIZE + rim))
    return yx[inside], kind[inside]


def _strips(yx, height):
    """Which columns (n,) are for training, and which are held out: a window's height is left between them."""
    border = (1 - HELD_SHARE) * height
    return yx[:, 0] < border - SIZE / 2 - SHIFT, yx[:, 0] > border + SIZE / 2 + SHIFT


def _scaled(image, mask):
    """The image with its percentiles at 0 and 1, float32; not yet clipped, as noise may still come."""
    low, high = np.percentile(image[mask], RANGE)
    return ((image - low) / (high - low)).astype(np.float32)


def _drawn(rng, yx, kind, count):
    """`count` columns of those given, each once or, where there are fewer, as often as needed; in random order."""
    order = np.concatenate([rng.permutation(len(yx)) for _ in range(-(-count // len(yx)))])[:count]
    return yx[order], kind[order]


def film_patches(train, held, seed):
    """Patches of a simulated film with nanodomains at 7 % Sm, each column once.

    Parameters
    ----------
    train, held : int, numbers of patches
    seed : int, of the film and of which columns are taken

    Returns
    -------
    Patches

    Raises
    ------
    ValueError
        If the film has fewer columns than are asked for.
    """
    image, mask = prepare(simulate(Specimen(**FILM), seed).image, np.ones(FILM["shape"], bool))
    yx, kind = _columns(image, mask)
    cutter, rng = Cutter(_scaled(image, mask), (SIZE, SIZE)), np.random.default_rng(seed)
    parts = []
    for inside, count in zip(_strips(yx, len(image)), (train, held), strict=True):
        if inside.sum() < count:
            raise ValueError(f"the film has {inside.sum()} columns there, not {count}")
        sites, of = _drawn(rng, yx[inside], kind[inside], count)
        parts += [_cut(cutter, sites).clip(0, 1), of]
    return Patches(*parts)


def real_patches(train, held, seed, path=REAL):
    """Patches of the real image of Sm-BiFeO3, or None where its file is missing.

    Its 256 x 256 px hold some hundred columns: each is taken again and again, moved by up to 1.5 px, with noise
    of 0.03 of the range added to that of the image. The columns of the held-out patches are others.

    Parameters
    ----------
    train, held : int, numbers of patches
    seed : int, of shifts and noise
    path : path of the image

    Returns
    -------
    Patches or None
    """
    if not Path(path).is_file():
        return None
    data, _ = read_image(path)
    image, mask = prepare(data, np.ones(data.shape, bool))
    yx, kind = _columns(image, mask)
    cutter, rng = Cutter(_scaled(image, mask), (SIZE, SIZE)), np.random.default_rng(seed)
    parts = []
    for inside, count in zip(_strips(yx, len(image)), (train, held), strict=True):
        sites, of = _drawn(rng, yx[inside], kind[inside], count)
        patches = _cut(cutter, sites + rng.uniform(-SHIFT, SHIFT, sites.shape))
        noise = rng.normal(0, NOISE, patches.shape).astype(np.float32)
        parts += [(patches + noise).clip(0, 1), of]
    return Patches(*parts)
