"""Maps in the image's own pixels: the image, its mask, and one colour a site or unit cell."""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.figures.palette import NOWHERE
from ferrotune.sites.raster import site_raster

FINEST = 900  # px or samples along the longer side of a map: twice what a printed panel shows
SAMPLES = 8  # a unit cell at most
AROUND = 0.75  # cells; a site's colour reaches no further, a little over half the diagonal
MASKED = (0.84, 0.87, 0.92)


def _block_sums(values, factor):
    """Sums over blocks of `factor` px; pixels beyond the last whole block are left out."""
    rows, columns = (n // factor for n in values.shape)
    cut = values[: rows * factor, : columns * factor]
    of_rows = cut.reshape(rows, factor, -1).sum(axis=1, dtype=np.float32)  # along the memory first: far faster
    return of_rows.reshape(rows, columns, factor).sum(axis=2)


def grey_levels(image, mask, finest=FINEST):
    """An image as it is drawn: means over blocks of pixels, 0 to 1 from the 0.5th to the 99.7th percentile.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    finest : int
        Blocks are as large as they can be while their rows and columns are this many or more.

    Returns
    -------
    grey : (rows, columns) float32, 0 where all is masked
    share : (rows, columns) float32, of each block that is not masked
    factor : int, px of a block along each axis
    """
    factor = max(1, max(image.shape) // finest)
    weight = _block_sums(mask, factor)
    with np.errstate(invalid="ignore"):
        grey = _block_sums(np.where(mask, image, 0), factor) / weight
    low, high = np.percentile(grey[weight > 0], [0.5, 99.7]) if weight.any() else (0, 1)
    grey = np.nan_to_num(np.clip((grey - low) / max(high - low, 1e-9), 0, 1))
    return grey, weight / factor**2, factor


def frame(axes, mask, margin=0.0):
    """Bare axes in px, y down, around what is not masked.

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
    """Draw an image in greys, what is masked in pale blue.

    Parameters
    ----------
    axes : matplotlib Axes
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    strength : float
        Contrast; below 1 the image turns pale, so that lines over it stand out.
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
    """Which site or unit cell is drawn at each sample of an even grid.

    Parameters
    ----------
    yx : (site, 2) px
    mask : (y, x) bool, true where there is signal
    cell_px : float
    finest : int
        Samples along the longer side at most; where there are more unit cells, some are not seen.

    Returns
    -------
    sites : (rows, cols) int32
        Index of the site, -1 where there is none within 0.75 cells (or of the distance of neighbours, if larger).
    extent : (left, right, bottom, top) px, for imshow
    """
    samples = min(finest * cell_px / max(mask.shape), SAMPLES)
    samples = int(samples) if samples >= 1 else samples
    step = cell_px / samples
    # windows of a grid may be further apart than unit cells: no hole is left between them
    spacing = np.median(cKDTree(yx).query(yx, k=2)[0][:, 1]) / cell_px if len(yx) > 1 else 1.0
    reach = AROUND * max(1.0, spacing)
    sites = site_raster(yx, mask, cell_px, samples, max(1.0, reach))
    if len(yx):
        at = np.stack(np.indices(sites.shape), axis=-1) * step
        sites[np.hypot(*np.moveaxis(at - np.asarray(yx)[sites], -1, 0)) > reach * cell_px] = -1
    rows, columns = sites.shape
    return sites, (-step / 2, (columns - 0.5) * step, (rows - 0.5) * step, -step / 2)


def draw_sites(axes, sites, extent, colours):
    """Draw one colour a site.

    Parameters
    ----------
    axes : matplotlib Axes
    sites, extent : from `site_map`
    colours : (site, 3) float, sRGB in 0 ... 1
    """
    colours = np.concatenate([np.asarray(colours, float).reshape(-1, 3), [NOWHERE]])
    axes.imshow((255 * colours[sites]).round().astype(np.uint8), extent=extent)


def draw_values(axes, sites, extent, values, **look):
    """Draw one value (site,) a site in a colour map (`look` goes to imshow); NaN is left white."""
    return axes.imshow(np.append(np.asarray(values, float), np.nan)[sites], extent=extent, **look)


def draw_with_bar(figure, axes, drawn, values, limits, cmap, label, extend="both", ticks=None):
    """Draw one value (site,) a site, with a colour bar beside the axes; `drawn` is from `site_map`."""
    picture = draw_values(axes, *drawn, values, cmap=cmap, vmin=limits[0], vmax=limits[1], interpolation="none")
    axes.apply_aspect()  # the box that it is drawn in, not that which it was given
    box = axes.get_position()
    bar = figure.add_axes((box.x1 + 0.008, box.y0 + 0.01, 0.012, box.height - 0.02))
    figure.colorbar(picture, cax=bar, extend=extend, ticks=ticks).outline.set_linewidth(0.4)
    bar.set_ylabel(label)
