"""Maps in the pixels of the image: the image, its mask, and one colour for each site or unit cell."""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.figures.palette import NOWHERE
from ferrotune.sites.raster import site_raster

FINEST = 900  # px or samples along the longer side of a map: twice as many as a printed panel shows
SAMPLES = 8  # for each unit cell, at most
AROUND = 0.75  # cells; no colour reaches further from its site: a little over half the diagonal of a cell
MASKED = (0.84, 0.87, 0.92)


def _block_sums(values, factor):
    """Sum over blocks of factor x factor px; pixels beyond the last whole block are left out."""
    rows, columns = (n // factor for n in values.shape)
    cut = values[: rows * factor, : columns * factor]
    of_rows = cut.reshape(rows, factor, -1).sum(axis=1, dtype=np.float32)  # in the order of memory: far faster
    return of_rows.reshape(rows, columns, factor).sum(axis=2)


def grey_levels(image, mask, finest=FINEST):
    """Make the grey levels of an image: means over blocks of pixels, from 0 (0.5th percentile) to 1 (99.7th).

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    finest : int
        The longer side has at least this many blocks, if it has so many pixels; blocks are as large as possible.

    Returns
    -------
    grey : (rows, columns) float32, 0 where the whole block is masked
    share : (rows, columns) float32, share of the pixels of each block that is not masked
    factor : int, side of a block, px
    """
    factor = max(1, max(image.shape) // finest)
    weight = _block_sums(mask, factor)
    with np.errstate(invalid="ignore"):
        grey = _block_sums(np.where(mask, image, 0), factor) / weight
    low, high = np.percentile(grey[weight > 0], [0.5, 99.7]) if weight.any() else (0, 1)
    grey = np.nan_to_num(np.clip((grey - low) / max(high - low, 1e-9), 0, 1))
    return grey, weight / factor**2, factor


def frame(axes, mask, margin=0.0):
    """Set bare axes in px, y down, around the part of the image that is not masked.

    Parameters
    ----------
    axes : matplotlib Axes
    mask : (y, x) bool, true where there is signal
    margin : float, px
    """
    limits = [np.flatnonzero(mask.any(axis=axis))[[0, -1]] for axis in (1, 0)]
    (top, bottom), (left, right) = limits
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.set_xlim(left - 0.5 - margin, right + 0.5 + margin)
    axes.set_ylim(bottom + 0.5 + margin, top - 0.5 - margin)
    axes.spines[:].set_visible(False)


def draw_image(axes, image, mask, strength=1.0, limits=None):
    """Draw an image in greys, and its masked pixels in pale blue.

    Parameters
    ----------
    axes : matplotlib Axes
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    strength : float
        Contrast; below 1 the image is pale, so that lines over it are easy to see.
    limits : ((top, bottom), (left, right)), optional
        Rows and columns (px, ends not included) that are drawn.
    """
    (top, bottom), (left, right) = limits or ((0, image.shape[0]), (0, image.shape[1]))
    image, mask = image[top:bottom, left:right], mask[top:bottom, left:right]
    grey, share, factor = grey_levels(image, mask)
    colour = 1 - strength * (1 - np.repeat(grey[..., None], 3, axis=2))
    colour = share[..., None] * colour + (1 - share[..., None]) * np.array(MASKED)
    rows, columns = (n * factor for n in grey.shape)
    axes.imshow(colour, extent=(left - 0.5, left + columns - 0.5, top + rows - 0.5, top - 0.5))


def site_map(yx, mask, cell_px, finest=FINEST):
    """Find which site or unit cell is drawn at each sample of a regular grid.

    Parameters
    ----------
    yx : (site, 2) px
    mask : (y, x) bool, true where there is signal
    cell_px : float
    finest : int
        Largest number of samples along the longer side; of more unit cells, some are not drawn.

    Returns
    -------
    sites : (rows, cols) int32
        Index of the nearest site; -1 if it is more than 0.75 cells away (0.75 times the distance between
        neighbouring sites, if that is larger).
    extent : (left, right, bottom, top) px, for imshow
    """
    samples = min(finest * cell_px / max(mask.shape), SAMPLES)
    samples = int(samples) if samples >= 1 else samples
    step = cell_px / samples
    # the windows of a grid may be further apart than unit cells: without this there would be holes
    spacing = np.median(cKDTree(yx).query(yx, k=2)[0][:, 1]) / cell_px if len(yx) > 1 else 1.0
    reach = AROUND * max(1.0, spacing)
    sites = site_raster(yx, mask, cell_px, samples, max(1.0, reach))
    if len(yx):
        at = np.stack(np.indices(sites.shape), axis=-1) * step
        sites[np.hypot(*np.moveaxis(at - np.asarray(yx)[sites], -1, 0)) > reach * cell_px] = -1
    rows, columns = sites.shape
    return sites, (-step / 2, (columns - 0.5) * step, (rows - 0.5) * step, -step / 2)


def draw_sites(axes, sites, extent, colours):
    """Draw one colour for each site.

    Parameters
    ----------
    axes : matplotlib Axes
    sites, extent : from `site_map`
    colours : (site, 3) float, sRGB in 0 ... 1
    """
    colours = np.concatenate([np.asarray(colours, float).reshape(-1, 3), [NOWHERE]])
    axes.imshow((255 * colours[sites]).round().astype(np.uint8), extent=extent)


def draw_values(axes, sites, extent, values, **look):
    """Draw the value (site,) of each site in a colour map (`look` goes to imshow); NaN stays white."""
    return axes.imshow(np.append(np.asarray(values, float), np.nan)[sites], extent=extent, **look)


def draw_with_bar(figure, axes, drawn, values, limits, cmap, label, extend="both", ticks=None):
    """Draw the value (site,) of each site, with a colour bar beside the axes; `drawn` is from `site_map`."""
    image = draw_values(axes, *drawn, values, cmap=cmap, vmin=limits[0], vmax=limits[1], interpolation="none")
    axes.apply_aspect()  # now the position is that of the drawn map, which keeps its aspect
    box = axes.get_position()
    bar = figure.add_axes((box.x1 + 0.008, box.y0 + 0.01, 0.012, box.height - 0.02))
    figure.colorbar(image, cax=bar, extend=extend, ticks=ticks).outline.set_linewidth(0.4)
    bar.set_ylabel(label)
