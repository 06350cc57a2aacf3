"""The crystals of an image: where each lattice is, and where there is none."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ferrotune.columns.lattice import find_repeat
from ferrotune.columns.reflections import block_px, reflection_power
from ferrotune.errors import InputError
from ferrotune.images.smoothing import block_mean

# Choices, all ours: found on films and noise of `ferrotune.simulation` (26 px a cell), checked on other films (12 and
# 16 px) and on real images.
# Power at the reflections over that between them. Noise, white or blurred, exceeds it in single blocks only, up to 3.8
# in 20,000 cells. Films of 3 to 150 counts, with damage, mis-tilt and drift, have 31 at their weakest place; with
# columns displaced by 8 % of a cell, 10; real images 52.
CRYSTAL = 3.0
# Power over that of most of the crystal, below which another lattice may be there. Damaged films keep 0.29, strongly
# mis-tilted ones 0.20 and PbTiO3 domains 0.19; it is less at a rotation of 8 to 9 degrees, or 15 % of the spacing.
FOLLOWED = 0.15
FAINT = 0.03  # the same, below which there is no crystal: columns of a fifth of the brightness are not kept either
TYPICAL = 75  # percentile that is "most of the crystal": it may be weak in half of its area
LEAST_CELLS = 3.0  # radius of the smallest crystal, and of the smallest region without one, cells
EDGE = 0.25  # power at the edge of a crystal over that inside: half of the window, and so half of the amplitude
SMEAR_CELLS = 5.0  # distance from its edge at which a crystal still shows, cells
DIFFERENT = 0.12  # orders; lattices whose reflections are this close are one, strained or bent
MOST_CRYSTALS = 5
WINDOWS = (2, 4)  # windows have these parts of the image's sides


@dataclass(frozen=True)
class Crystals:
    """Crystals of an image, the largest first.

    lattices : list of Lattice. region (y, x) int8: number of the crystal, from 1; 0 where there is none; -1 where
    the image is masked.
    """

    lattices: list
    region: np.ndarray

    def share(self, number):
        """Share of the unmasked image that a crystal has; number 0: that none has."""
        return float((self.region == number).sum() / (self.region >= 0).sum())

    def is_one(self):
        """Whether all of the image is one crystal."""
        return bool((np.abs(self.region) == 1).all())


def _inside(mask, block):
    """Blocks (by, bx) bool that are at least half in the mask; the last ones may be cut by the image."""
    return block_mean(mask, block) > 0.5 * block_mean(np.ones(mask.shape, bool), block)


def _radius(cells, lattice, block):
    return max(1, round(cells * lattice.cell_px / block))


def _opened(where, radius):
    """Parts (by, bx) bool that hold a disc; outside the image counts as more of the same."""
    padded = np.pad(where, 2 * radius, mode="edge")
    inner = ndimage.distance_transform_edt(np.pad(padded, 1, constant_values=True))[1:-1, 1:-1] >= radius
    if inner.all() or not inner.any():
        return where & inner.any()
    wide = ndimage.distance_transform_edt(~inner) <= radius
    return (wide & padded)[2 * radius : -2 * radius, 2 * radius : -2 * radius]


def _lattice_or_none(image, mask):
    try:
        return find_repeat(image, mask)
    except InputError:
        return None


def _orders(lattice, other):
    """Reflections (2, 2) of another lattice, in orders of this one's."""
    return other.reciprocal @ lattice.vectors.T


def is_same(lattice, other, exactly=False):
    """Whether another lattice is this one, but for a strain or rotation that the phase of the lattice follows.

    So is a lattice with a part of this one's points, or with more, unless `exactly`.
    """
    off = [orders - np.round(orders) for orders in (_orders(lattice, other), _orders(other, lattice))]
    farthest = [np.hypot(*part.T).max() for part in off]
    return bool((max if exactly else min)(farthest) < DIFFERENT)


class _Strength:
    """Where a lattice shows, and how strongly; (by, bx) maps on blocks of pixels."""

    def __init__(self, image, mask, lattice, block):
        self.lattice = lattice
        self.power, between = reflection_power(image, mask, lattice, block)
        shows = self.power > CRYSTAL * between
        usable = shows & _inside(mask, block)
        self.typical = np.percentile(self.power[usable], TYPICAL) if usable.any() else np.inf
        self.shows = shows & (self.power > FAINT * self.typical)
        self.followed = shows & (self.power > FOLLOWED * self.typical)

    def score(self, free, block):
        """Power in the free blocks (by, bx); 0 where they hold less than the smallest crystal."""
        radius = _radius(LEAST_CELLS, self.lattice, block)
        region = _opened(self.followed & free, radius)
        return self.power[region].sum() if region.sum() >= np.pi * radius**2 else 0.0


def _candidates(image, mask, known):
    """Lattices (list) of windows of an image that are none of those known."""
    found = []
    for parts in WINDOWS:
        side = [length // parts for length in image.shape]
        for y in range(0, image.shape[0] - side[0] + 1, max(1, side[0] // (4 // parts))):
            for x in range(0, image.shape[1] - side[1] + 1, max(1, side[1] // (4 // parts))):
                window = slice(y, y + side[0]), slice(x, x + side[1])
                lattice = _lattice_or_none(image[window], mask[window]) if mask[window].mean() > 0.5 else None
                if lattice is not None and not any(is_same(one, lattice, exactly=True) for one in known + found):
                    found.append(lattice)
    return found


def _chosen(strengths, free, block):
    """The strengths (list) of the lattices that show most in the free blocks, one after the other."""
    chosen = []
    while len(chosen) < MOST_CRYSTALS:
        # Not the largest area: a coincidence lattice shows in two crystals, but weakly.
        score = [one.score(free, block) for one in strengths]
        best = int(np.argmax(score))
        if not score[best]:
            break
        if not any(is_same(one.lattice, strengths[best].lattice) for one in chosen):
            chosen.append(strengths[best])
        free = free & ~strengths[best].followed
    return chosen


def _without_crystal(strengths, inside, cell, block):
    """Blocks (by, bx) bool that show no crystal: regions wider than the smallest, up to the crystals' edges."""
    power = np.max([one.power / one.typical for one in strengths], axis=0)
    core = _opened(inside & ~np.any([one.shows for one in strengths], axis=0), _radius(LEAST_CELLS, cell, block))
    if not core.any():
        return core
    smear = _radius(SMEAR_CELLS, cell, block)
    near = ndimage.distance_transform_edt(~core) <= smear
    inner = ndimage.maximum_filter(power, 2 * smear + 1)
    beyond = (power < EDGE * inner) & near & inside
    region, _ = ndimage.label(beyond | core)
    return np.isin(region, np.unique(region[core]))


def find_crystals(image, mask):
    """Find where the lattices of an image are.

    The reflections of a lattice are compared with what lies between them, around every place. Where no lattice shows
    there is no crystal, but vacuum, an amorphous layer, or a crystal out of its zone axis. Parts where the first
    lattice does not show, or only weakly, are searched for others.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    Crystals, or None where no lattice is found

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.simulation.film import simulate
    >>> from ferrotune.simulation.specimen import Specimen
    >>> image = simulate(Specimen(shape=(300, 600)), seed=1).image
    >>> image[:, 300:] = np.random.default_rng(0).poisson(100, (300, 300))
    >>> crystals = find_crystals(image, np.ones(image.shape, bool))
    >>> print(len(crystals.lattices), round(crystals.share(0), 1))
    1 0.5
    """
    first = _lattice_or_none(image, mask)
    if first is not None:
        block = block_px(first)
        strengths = [_Strength(image, mask, first, block)]
    if first is None or not _covers(strengths[0], _inside(mask, block), block):
        lattices = ([] if first is None else [first]) + _candidates(image, mask, [] if first is None else [first])
        if not lattices:
            return None
        block = min(block_px(lattice) for lattice in lattices)
        strengths = [_Strength(image, mask, lattice, block) for lattice in lattices]
    inside = _inside(mask, block)
    cell = min((one.lattice for one in strengths), key=lambda lattice: lattice.cell_px)
    chosen = _chosen(strengths, inside, block)
    if not chosen:
        return None
    none = _without_crystal(chosen, inside, cell, block)
    return _regions(chosen, none, mask, block, _radius(1.0, cell, block))


def _covers(strength, inside, block):
    """Whether a lattice is followed all over the image."""
    radius = _radius(LEAST_CELLS, strength.lattice, block)
    return not _opened(inside & ~strength.followed, radius).any()


def _regions(chosen, none, mask, block, sigma):
    """Crystals of the chosen strengths, sorted by size; a block belongs to the lattice that is stronger around it."""
    power = [np.where(one.shows, one.power, 0) / one.typical for one in chosen]
    number = np.argmax([ndimage.gaussian_filter(part, sigma) for part in power], axis=0)
    number[none] = -1
    whole = np.repeat(np.repeat(number, block, axis=0), block, axis=1)[: mask.shape[0], : mask.shape[1]]
    parts = [mask & (whole == one) for one in range(len(chosen))]
    # Boundaries are good to half a cell: of crystals of the same per cent, the one that begins further left is first.
    order = sorted(
        range(len(chosen)), key=lambda one: (-round(parts[one].sum() / mask.sum(), 2), parts[one].any(axis=0).argmax())
    )
    region = np.where(mask, 0, -1).astype(np.int8)
    for rank, one in enumerate(order, start=1):
        region[parts[one]] = rank
    return Crystals([chosen[one].lattice for one in order], region)
