"""Pixels that no specimen gives: hot and dead ones, X-ray hits, dead lines, saturated areas. They are filled or masked.

The limits are our choices. They were chosen on 50 simulated films of 1 to 10,000 counts and cells of 8 to 40 px, in
which the furthest pixel came 0.46 of the way, and on Poisson noise of 0.01 to 2 counts; and judged on real images.
"""

import logging

import numpy as np
from scipy import ndimage
from skimage.filters import apply_hysteresis_threshold

from ferrotune.images.flat_areas import dead_lines, saturated_areas
from ferrotune.images.noise import NOISE_FILTER, Noise, measure_noise, sample_step
from ferrotune.images.smoothing import median_of_nine

TILE = 3  # px; the median over such a square has no single hot pixel in it
BLOCK = 21  # tiles; over such squares, of 63 px, the normal range of an image is taken
NORMAL = (2.0, 98.0)  # percentiles of the tiles of a block: up to eight tiles of outliers do not widen it
BEYOND = 2.0  # an outlier is so many normal ranges above or below the normal range around it
CHANCE = 25.0  # -log of the chance that noise alone does this in a pixel: once in 7e10 pixels
CLEAR = 3.0  # an image shows more than noise where its normal range is wider than so many standard deviations of it
# Share of pixels above which they are no outliers: in a sparse image, single electrons stand out as hot pixels do.
MOST, MOST_IN_NOISE = 0.05, 0.005
PASSES = 5
SKIRT = 0.5  # a pixel connected to an outlier is one too, this share of the way out: nothing else comes so far
SHARP_PX, LARGE_PX = 9, 36  # px; larger spots have blurred edges, and get one pixel more; still larger ones are masked
THIN = 2  # px; a dead line this thin is filled from both sides, a thicker one is masked
FILL_SIGMA = 1.0  # px; outliers get the mean over a Gaussian of their good neighbours
_log = logging.getLogger(__name__)


def _tiles(data):
    """Pixels of squares, (y / 3, x / 3, 9); the last are filled up with the pixels at the edges."""
    padded = (
        np.pad(data, [(0, -n % TILE) for n in data.shape], mode="edge") if np.any(np.array(data.shape) % TILE) else data
    )
    rows, columns = (n // TILE for n in padded.shape)
    return padded.reshape(rows, TILE, columns, TILE).swapaxes(1, 2).reshape(rows, columns, TILE * TILE)


def _normal_range(medians):
    """Bottom and top (y, x), of each tile, of the normal range of its block and the eight around it."""
    short = [(0, -n % BLOCK) for n in medians.shape]
    padded = np.pad(medians, short, mode="symmetric")
    rows, columns = (n // BLOCK for n in padded.shape)
    blocks = padded.reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2).reshape(rows, columns, -1)
    low, high = np.percentile(blocks, NORMAL, axis=2)
    low, high = ndimage.minimum_filter(low, 3, mode="nearest"), ndimage.maximum_filter(high, 3, mode="nearest")
    wide = (np.repeat(np.repeat(part, BLOCK, axis=0), BLOCK, axis=1) for part in (low, high))
    return (part[: medians.shape[0], : medians.shape[1]] for part in wide)


def _noise_of(tiles, medians, span):
    """Noise of the image, from the centres of some of its tiles, and the share of its pixels that may be outliers.

    Where most pixels are empty, a fit that ignores outliers ignores the few electrons too. Unless the image shows
    clearly more than noise, its noise is at least as strong as the tiles' centres vary, of which only as many are left
    out as may be outliers.
    """
    some = np.s_[:: sample_step(medians.size)]
    chosen, levels = tiles.reshape(-1, TILE * TILE)[some], medians.ravel()[some]
    fitted = measure_noise(chosen @ NOISE_FILTER.ravel(), levels, np.zeros(len(levels)))
    if np.median(span) > CLEAR * np.sqrt(fitted.variance(np.median(levels))):
        return fitted, MOST
    centre = chosen[:, TILE * TILE // 2]
    away = np.abs(centre - levels)
    inside = away <= np.quantile(away, 1 - MOST_IN_NOISE)
    variance, mean = np.mean(away[inside] ** 2), np.mean(centre[inside]) - levels.min()
    slope = max(fitted.slope, variance / mean if mean > 0 else 0.0)
    return Noise(max(fitted.floor, variance), slope, fitted.darkest), MOST_IN_NOISE


def _by_chance(noise, level):
    """How far noise may take a pixel above its level: Bernstein's bound, with the steps of a Poisson distribution."""
    third = CHANCE * noise.slope / 3
    return third + np.sqrt(third**2 + 2 * CHANCE * noise.variance(level))


def _limits(tiles):
    """Bottom and top of the normal range around each tile, how far beyond pixels may be, and what share is further."""
    medians = median_of_nine([tiles[..., pixel].copy() for pixel in range(TILE * TILE)])
    bottom, top = _normal_range(medians)
    span = top - bottom
    noise, most = _noise_of(tiles, medians, span)
    return bottom, top, BEYOND * span + _by_chance(noise, top + span), most


def _of_pixels(tile_values, shape):
    wide = np.repeat(np.repeat(tile_values, TILE, axis=0), TILE, axis=1)
    return wide[: shape[0], : shape[1]]


def _spots(data, usable):
    """Outlying pixels (y, x) bool, against the normal range around them and the noise, with their skirts."""
    found = np.zeros(data.shape, bool)
    middle = np.median(data[usable])
    for _ in range(PASSES):  # large outliers widen the range around them, until they are left out
        tiles = _tiles(np.where(usable & ~found, data, middle))
        bottom, top, reach, most = _limits(tiles)
        if not found.any() and not ((tiles.max(axis=2) > top + reach) | (tiles.min(axis=2) < bottom - reach)).any():
            break
        bottom, top, reach = (_of_pixels(part, data.shape) for part in (bottom, top, reach))
        beyond = np.where(usable, np.maximum(data - top, bottom - data), -np.inf)
        new = found | apply_hysteresis_threshold(beyond - reach * SKIRT, 0, reach * (1 - SKIRT))
        if np.count_nonzero(new) > most * np.count_nonzero(usable):
            return np.zeros(data.shape, bool)
        if np.array_equal(new, found):
            break
        found = new
    return found | (ndimage.binary_dilation(_larger(found, SHARP_PX), np.ones((3, 3))) & usable)


def _larger(found, pixels):
    """Of (y, x) bool, the connected areas of more pixels."""
    if not found.any():
        return found
    area, count = ndimage.label(found, np.ones((3, 3)))
    size = np.bincount(area.ravel(), minlength=count + 1)
    return found & (size[area] > pixels)


def _thick(lines):
    """Lines (n,) bool of runs that are thicker than `THIN`, or at an edge, where there is nothing to fill them from."""
    runs, count = ndimage.label(lines)
    size = np.bincount(runs, minlength=count + 1)
    at_edge = np.isin(runs, [runs[0], runs[-1]])
    return lines & ((size[runs] > THIN) | at_edge)


def _said(rows, columns, areas, spots):
    counts = ((spots.sum(), "outlying pixels"), (rows.sum(), "dead rows"), (columns.sum(), "dead columns"))
    said = [f"{count} {what}" for count, what in counts if count]
    return [*said, f"saturated areas of {areas.sum()} px"] if areas.any() else said


def find_outliers(data, usable):
    """Find pixels that no specimen gives, and log how many.

    Parameters
    ----------
    data : (y, x) float
    usable : (y, x) bool; there the data are finite

    Returns
    -------
    to_fill : (y, x) bool
        Outlying pixels and thin dead lines.
    to_mask : (y, x) bool
        Thick dead lines, large spots and saturated areas.
    """
    nothing = np.zeros(data.shape, bool)
    if min(data.shape) < TILE or not usable.any():
        return nothing, nothing
    data = np.where(usable, data, 0.0)  # what is not finite would spread
    rows, columns = dead_lines(data, usable)
    lines = rows[:, None] | columns
    areas = saturated_areas(data, usable & ~lines)
    good = usable & ~lines & ~areas
    spots = _spots(data, good) if good.any() else nothing
    to_mask = usable & (areas | _larger(spots, LARGE_PX) | _thick(rows)[:, None] | _thick(columns))
    to_fill = usable & (spots | lines) & ~to_mask
    if to_mask.any() or to_fill.any():
        said = ", ".join(_said(rows, columns, areas, spots))
        counts = np.count_nonzero(to_fill), np.count_nonzero(to_mask)
        _log.info("%s: %d px filled from their neighbours, %d px masked", said, *counts)
    return to_fill, to_mask


def filled_from_neighbours(data, bad, good):
    """Data (y, x) whose bad pixels are the mean, over a Gaussian, of the good ones around them.

    Parameters
    ----------
    data : (y, x) float
    bad, good : (y, x) bool, pixels to fill, and those to fill them from
    """
    weight = ndimage.gaussian_filter(good.astype(float), FILL_SIGMA)
    total = ndimage.gaussian_filter(np.where(good, data, 0.0), FILL_SIGMA)
    result = data.copy()
    result[bad] = np.where(weight[bad] > 0, total[bad] / np.maximum(weight[bad], 1e-300), np.median(data[good]))
    return result


def without_outliers(data, usable):
    """Fill outlying pixels and thin dead lines, and mask thick ones and saturated areas; the log counts them.

    An outlier is far outside the range of intensities around it, further than noise ever takes a pixel. Of an image
    without outliers nothing changes.

    Parameters
    ----------
    data : (y, x) float
    usable : (y, x) bool; there the data are finite

    Returns
    -------
    data : (y, x) float
    usable : (y, x) bool

    Examples
    --------
    >>> import numpy as np
    >>> data = np.random.default_rng(0).poisson(50, (64, 80)).astype(float)
    >>> data[20, 30] = 65535
    >>> clean, usable = without_outliers(data, np.ones(data.shape, bool))
    >>> bool(clean[20, 30] < 100), bool(usable.all())
    (True, True)
    """
    to_fill, to_mask = find_outliers(data, usable)
    if to_fill.any():
        data = filled_from_neighbours(data, to_fill, usable & ~to_fill & ~to_mask)
    return data, usable & ~to_mask
