"""Projected lattice of an image: its two vectors, and its unit cell."""

import itertools
from dataclasses import replace

import numpy as np
from scipy import fft, ndimage
from skimage.feature import peak_local_max

from ferrotune.columns.cell_choice import choose_cell, reduced
from ferrotune.columns.phase import Lattice
from ferrotune.columns.phase import LatticePhase as LatticePhase
from ferrotune.errors import InputError
from ferrotune.images.slow_background import tile_starts, without_slow_background

TILE_PX = 512  # autocorrelation tile: many cells, yet small beside slow drift
TILE_SHARES = (0.5, 0.25)  # of a tile inside the mask: the first that a tile reaches; less shows too little
PEAK_SHARE = 0.85  # a lattice vector's autocorrelation, as a share of the strongest; A-B vectors reach less
CORRELATION_FLOOR = 0.05  # below this there is no lattice
SHORTEST_PX = 4.0  # columns closer than this cannot be distinguished


def _autocorrelation(image, mask):
    """Mean autocorrelation of Hann-windowed tiles: (t + 1, t + 1), with zero shift in the middle.

    Of tiles that are at least half inside the mask; where there is none, of those that are a quarter inside.
    """
    tile = min(TILE_PX, *image.shape)
    tile -= tile % 2
    window = np.outer(np.hanning(tile), np.hanning(tile)).astype(np.float32)
    size = fft.next_fast_len(2 * tile)
    starts = itertools.product(*(tile_starts(length, tile) for length in image.shape))
    tiles = [(slice(y, y + tile), slice(x, x + tile)) for y, x in starts]
    inside = [mask[at].mean() for at in tiles]
    least = next((share for share in TILE_SHARES if max(inside) >= share), 1.0)
    power, overlap = 0.0, 0.0
    for at, share in zip(tiles, inside, strict=True):
        if share < least:
            continue
        weight = window * mask[at]
        part = (image[at] - np.average(image[at], weights=weight)) * weight
        power = power + np.abs(fft.rfft2(part, s=(size, size))) ** 2
        overlap = overlap + np.abs(fft.rfft2(weight, s=(size, size))) ** 2
    if np.isscalar(power):
        raise InputError(
            f"only {100 * mask.mean():.0f} % of the image is left by its mask, too little for a lattice: mask less"
        )
    raw = fft.irfft2(power, s=(size, size))
    norm = fft.irfft2(overlap, s=(size, size))
    raw /= np.maximum(norm, 1e-3 * norm[0, 0])
    half = tile // 2
    shifted = np.roll(raw, (half, half), axis=(0, 1))[: tile + 1, : tile + 1]
    return shifted / raw[0, 0]


def _central(correlation, reach):
    """The middle of an autocorrelation, of shifts up to reach px; all of it where reach is None."""
    middle = len(correlation) // 2
    short = middle if reach is None else min(middle, int(reach))
    return correlation[middle - short : middle + short + 1, middle - short : middle + short + 1]


def _basis(shifts, height):
    """Choose the two shortest lattice vectors among autocorrelation peaks: our method, by height, then length."""
    length = np.hypot(*shifts.T)
    near = length <= 0.75 * length.max()
    strong = height >= PEAK_SHARE * height[near].max(initial=CORRELATION_FLOOR)
    if not strong.any():
        raise InputError("no lattice found: the autocorrelation has no repeating peak; check the image and its mask")
    first = np.flatnonzero(strong)[np.argmin(length[strong])]
    cross = shifts[first, 0] * shifts[:, 1] - shifts[first, 1] * shifts[:, 0]
    steep = np.abs(cross) > 0.5 * length * length[first]
    usable = np.flatnonzero(steep & (length <= 1.6 * length[first]) & (height > CORRELATION_FLOOR))
    if not usable.size:
        raise InputError("no lattice found: the image repeats along one direction only")
    second = usable[np.argmax(height[usable])]
    return shifts[first].astype(float), shifts[second].astype(float)


def _refine(correlation, a, b):
    """Fit the two vectors to sub-pixel autocorrelation peaks up to the third order, by least squares."""
    middle = np.array(correlation.shape) // 2
    orders, peaks = [], []
    vectors = np.stack([a, b])
    for order in np.ndindex(7, 7):
        order = np.array(order) - 3
        guess = np.round(middle + order @ vectors).astype(int)
        if not order.any() or (guess < 3).any() or (guess >= np.array(correlation.shape) - 3).any():
            continue
        patch = correlation[guess[0] - 2 : guess[0] + 3, guess[1] - 2 : guess[1] + 3]
        peak = guess + np.array(np.unravel_index(patch.argmax(), patch.shape)) - 2
        c = correlation[peak[0] - 1 : peak[0] + 2, peak[1] - 1 : peak[1] + 2]
        if c.shape != (3, 3) or c.argmax() != 4:
            continue
        step = np.array([c[0, 1] - c[2, 1], c[1, 0] - c[1, 2]]) / 2
        bend = np.array([c[0, 1] + c[2, 1], c[1, 0] + c[1, 2]]) - 2 * c[1, 1]
        orders.append(order)
        peaks.append(peak + step / bend - middle)
    if len(orders) < 4:
        return a, b
    fitted = np.linalg.lstsq(np.array(orders, float), np.array(peaks), rcond=None)[0]
    return fitted[0], fitted[1]


def _repeats(correlation, vectors):
    """Whether the autocorrelation has peaks at all lattice points up to second order; that of noise has not."""
    orders = np.array([o for o in np.ndindex(5, 5) if o > (2, 2)]) - 2.0
    half = np.array([[0, 0], [0.5, 0], [-0.5, 0], [0, 0.5], [0, -0.5]])
    at = np.array(correlation.shape) // 2 + (orders[:, None] + half) @ vectors
    inside = ((at >= 0) & (at <= np.array(correlation.shape) - 1)).all(axis=(1, 2))
    height = ndimage.map_coordinates(correlation, at[inside].reshape(-1, 2).T, order=1).reshape(-1, len(half))
    return bool((height[:, :1] > height[:, 1:]).all())


def _repeat(image, mask):
    """Smallest lattice by which an image repeats, and the autocorrelation that shows it."""
    flat, even, reach = without_slow_background(np.asarray(image, np.float32), mask)
    correlation = _central(_autocorrelation(flat, even), reach)
    smooth = ndimage.gaussian_filter(correlation, 1.0)
    middle = np.array(smooth.shape) // 2
    shifts = peak_local_max(smooth, min_distance=2, exclude_border=3) - middle
    shifts = shifts[np.hypot(*shifts.T) >= SHORTEST_PX]
    if len(shifts) < 4:
        raise InputError("no lattice found: the autocorrelation has no repeating peak; check the image and its mask")
    height = smooth[tuple((shifts + middle).T)]
    a, b = _refine(correlation, *reduced(*_basis(shifts, height)))
    if not _repeats(smooth, np.stack([a, b])):
        raise InputError("no lattice found: the image does not go on repeating; check the image and its mask")
    return Lattice(a, b), correlation


def find_repeat(image, mask):
    """Find the smallest lattice by which an image repeats: half of the unit cell, where A and B are alike.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    Lattice

    Raises
    ------
    InputError
        If nothing repeats, or the columns are too close to be distinguished.
    """
    return _repeat(image, mask)[0]


def find_lattice(image, mask, cell=None, pixel_size_pm=None):
    """Find the lattice vectors of an image from its autocorrelation, and where in the unit cell columns stand.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    cell : str, float or list of float, optional
        The unit cell: its name (perovskite_100, perovskite_110, hexagonal or primitive) or its size in pm (395,
        "399.4x403.6", "399.4x403.6x90"). By default it is found from the image (`ferrotune.columns.cell_choice`).
    pixel_size_pm : float, optional

    Returns
    -------
    Lattice

    Raises
    ------
    InputError
        If nothing repeats, the columns are too close to be distinguished, or no unit cell is as `cell` says.

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.images.normalisation import prepare
    >>> from ferrotune.simulation.film import simulate
    >>> from ferrotune.simulation.specimen import Specimen
    >>> counts = simulate(Specimen(shape=(256, 256), lattice_rotation_deg=0, lattice_shear_deg=0), seed=1).image
    >>> image, mask = prepare(counts, np.ones(counts.shape, bool))
    >>> lattice = find_lattice(image, mask)
    >>> print(lattice.vectors.round().astype(int).tolist(), round(lattice.cell_px))
    [[26, 0], [0, 27]] 26
    """
    smallest, correlation = _repeat(image, mask)
    chosen = choose_cell(image, mask, smallest, cell, pixel_size_pm)
    if chosen.cell_px > 1.1 * smallest.cell_px:
        # peaks of the smaller lattice stand where B is displaced to
        a, b = _refine(correlation, chosen.a, chosen.b)
        chosen = replace(chosen, a=a, b=b)
    return chosen
