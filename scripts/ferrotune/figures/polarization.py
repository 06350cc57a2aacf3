"""Figure of the polarization and of the lattice parameters of the unit cells."""

import numpy as np
from matplotlib.patches import Rectangle
from scipy.spatial import cKDTree
from skimage.color import lab2rgb

from ferrotune.figures import image_axes
from ferrotune.figures.palette import INK
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, scale_bar, styled
from ferrotune.figures.wording import ALPHA

# Equal steps of direction are equal steps of hue in CIELAB. Chroma and lightness leave white together as |P| grows.
# Yellow is a little lighter than blue: so two diagonal variants differ in print and without colour vision.
LIGHTNESS, CHROMA, TILT = 66.0, 52.0, 12.0
BLOCKS = 15  # arrows along the longer side
FILLED = 0.6  # share of the cells around an arrow whose polarization must be known
LEAST_FULL = 0.1  # cells; smallest |P| of full colour, so that noise does not look like polarization
UNKNOWN = (0.8, 0.8, 0.8)


def direction_colours(polarization, full):
    """Give each vector a colour: its direction is the hue, its magnitude the distance from white.

    Parameters
    ----------
    polarization : (..., 2) array, (y, x), any unit
    full : float
        Magnitude of full colour, same unit; larger magnitudes have the same colour.

    Returns
    -------
    (..., 3) float array, sRGB in 0 ... 1; grey where a component is NaN
    """
    y, x = np.moveaxis(np.asarray(polarization, float), -1, 0)
    known = np.isfinite(y) & np.isfinite(x)
    y, x = np.where(known, y, 0), np.where(known, x, 0)
    share = np.clip(np.hypot(y, x) / full, 0, 1)
    # counterclockwise in the image; rotated so that the four diagonals are red, yellow, green and blue
    hue = np.arctan2(-y, x) - np.pi / 4
    lightness = 100 - share * (100 - LIGHTNESS - TILT * np.sin(hue))
    lab = np.stack([lightness, share * CHROMA * np.cos(hue), share * CHROMA * np.sin(hue)], axis=-1)
    return np.where(known[..., None], np.clip(lab2rgb(lab), 0, 1), UNKNOWN)


def full_magnitude(polarization, cell_px):
    """Magnitude (px) of full colour: the 98th percentile, but at least 0.1 cells (our choice)."""
    size = np.hypot(*np.asarray(polarization, float).T)
    largest = np.nanpercentile(size, 98) if np.isfinite(size).any() else 0.0
    return max(float(largest), LEAST_FULL * cell_px)


def arrow_means(yx, polarization, mask, cell_px):
    """Places of arrows, evenly spaced whatever the places of the cells, and the mean polarization around each.

    Parameters
    ----------
    yx, polarization : (cell, 2) px; NaN polarization is unknown
    mask : (y, x) bool, true where there is signal
    cell_px : float

    Returns
    -------
    places, means : (arrow, 2) px
        No arrow further than 0.75 cells from a cell, or where less than 0.6 of the cells around it are known.
    spacing : float, px
        A 15th of the longer side of the part with signal, but at least a cell.
    """
    limits = [np.flatnonzero(mask.any(axis=axis))[[0, -1]] for axis in (1, 0)]
    spacing = max((np.ptp(limits, axis=1).max() + 1) / BLOCKS, cell_px)
    along = []
    for first, last in limits:  # as far from one edge as from the other
        steps = max(int((last - first + 1) // spacing), 1)
        along.append((first + last) / 2 + spacing * (np.arange(steps) - (steps - 1) / 2))
    places = np.stack(np.meshgrid(*along, indexing="ij"), axis=-1).reshape(-1, 2)
    known = np.isfinite(polarization).all(axis=1)
    if not known.any():
        return np.empty((0, 2)), np.empty((0, 2)), spacing
    places = places[cKDTree(yx[known]).query(places)[0] <= image_axes.AROUND * cell_px]
    # a circle of the area of a square of the grid
    around = cKDTree(yx).query_ball_point(places, max(spacing / np.sqrt(np.pi), cell_px))
    full = [n for n, of in enumerate(around) if known[of].mean() >= FILLED]
    means = np.array([np.nanmean(polarization[around[n]], axis=0) for n in full]).reshape(-1, 2)
    return places[full], means, spacing


def _draw_arrows(axes, yx, polarization, mask, full, cell_px):
    at, mean, size = arrow_means(yx, polarization, mask, cell_px)
    axes.quiver(
        *at.T[::-1],
        *mean.T[::-1],
        angles="xy",
        scale_units="xy",
        scale=full / (0.8 * size),
        pivot="middle",
        color=INK,
        width=0.0035,
        headwidth=3.5,
        headlength=4,
    )


def _draw_unknown(axes, polarization):
    """Draw the key of the cells without a polarization, where there are any."""
    unknown = int((~np.isfinite(polarization).all(axis=1)).sum())
    if unknown:
        axes.add_patch(Rectangle((1.18, 0.74), 0.22, 0.22, fc=UNKNOWN, ec="none", clip_on=False))
        axes.text(1.5, 0.85, f"no polarization: {unknown} of {len(polarization)} cells", va="center", fontsize=6.5)


def draw_wheel(axes, full, noise, scale, unit):
    """Draw the key: the colour of each direction in the image, and of each magnitude.

    Parameters
    ----------
    axes : matplotlib Axes
    full, noise : float, px; |P| of full colour, and standard error of a cell's P along an axis (NaN: not drawn)
    scale, unit : float and str, the factor from px to the unit in which both are written, and its name
    """
    y, x = np.mgrid[-1:1:181j, -1:1:181j]
    colours = direction_colours(np.stack([y, x], axis=-1), 1.0)
    colours[np.hypot(y, x) > 1] = 1
    axes.imshow(colours, extent=(-1, 1, 1, -1))
    angle = np.linspace(0, 2 * np.pi, 121)
    axes.plot(np.cos(angle), np.sin(angle), color=INK, lw=0.5)
    if np.isfinite(noise) and noise < full:
        axes.plot(noise / full * np.cos(angle), noise / full * np.sin(angle), color=INK, lw=0.6, ls=(0, (2, 1.5)))
    axes.set(xlim=(-1.04, 1.04), ylim=(1.04, -1.04), aspect="equal")
    axes.set_axis_off()
    text = f"rim: |P| = {full * scale:.3g} {unit} or more"
    if np.isfinite(noise):
        text += f"\ndashed: standard error of a cell,\n{noise * scale:.2g} {unit}"
    axes.text(1.15, 0.0, text, va="center", fontsize=6.5)


def _limits(values):
    """Median, and the larger of the distances of the 2nd and the 98th percentile from it."""
    low, middle, high = np.nanpercentile(values, [2, 50, 98])
    return middle, max(high - middle, middle - low, 1e-6)


def _draw_lattice(figure, drawn, a, b, alpha, mask, scale, unit):
    """Draw panels B, C, D: each lattice parameter about its median; a and b have colour scales of the same length."""
    (of_a, span_a), (of_b, span_b), (of_alpha, span_alpha) = (
        _limits(a * scale),
        _limits(b * scale),
        _limits(alpha),
    )
    span = max(span_a, span_b)
    parts = (
        (a * scale, of_a, span, "cividis", f"a ({unit})"),
        (b * scale, of_b, span, "cividis", f"b ({unit})"),
    )
    parts += ((alpha, of_alpha, span_alpha, "PuOr", f"{ALPHA} (°)"),)
    for row, (values, middle, far, cmap, label) in enumerate(parts):
        axes = figure.add_axes((0.665, 0.678 - 0.325 * row, 0.23, 0.29))
        image_axes.frame(axes, mask)
        image_axes.draw_with_bar(figure, axes, drawn, values, (middle - far, middle + far), cmap, label)
        letter(axes, "BCD"[row], x=-0.1, y=0.93)


@styled
def figure_polarization(yx, polarization, a, b, alpha, noise, mask, cell_px, pixel_size_pm):
    """Draw the polarization of every unit cell by colour and arrows, and the lattice parameters beside it.

    Parameters
    ----------
    yx, polarization : (cell, 2) px, (y, x); y points down; NaN polarization is unknown
    a, b : (cell,) px
    alpha : (cell,) degrees
    noise : float
        Standard error of one cell's polarization along an axis, px; NaN if unknown.
    mask : (y, x) bool, true where there is signal
    cell_px : float
    pixel_size_pm : float or None

    Returns
    -------
    matplotlib.figure.Figure
    """
    scale, unit = (pixel_size_pm, "pm") if pixel_size_pm else (1.0, "px")
    full = full_magnitude(polarization, cell_px)
    figure = new_figure(TWO_COLUMNS, 5.1)
    whole = figure.add_axes((0.005, 0.16, 0.6, 0.8))
    drawn = image_axes.site_map(yx, mask, cell_px)
    image_axes.draw_sites(whole, *drawn, direction_colours(polarization, full))
    _draw_arrows(whole, yx, polarization, mask, full, cell_px)
    image_axes.frame(whole, mask)
    scale_bar(whole, pixel_size_pm, cell_px)
    letter(whole, "A")
    wheel = figure.add_axes((0.02, 0.01, 0.17, 0.14))
    draw_wheel(wheel, full, noise, scale, unit)
    _draw_unknown(wheel, polarization)
    _draw_lattice(figure, drawn, a, b, alpha, mask, scale, unit)
    return figure
