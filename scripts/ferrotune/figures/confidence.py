"""Figure of the confidence in a segmentation: how many other trials agree with its sites and its walls."""

import numpy as np
from matplotlib import colormaps
from matplotlib.collections import LineCollection

from ferrotune.figures import image_axes
from ferrotune.figures.palette import INK, domain_colour, domain_colours, faded
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, scale_bar, styled
from ferrotune.figures.wall_map import wall_paths

MAP = colormaps["cividis_r"]  # dark is certain, on a pale image; can be read with any colour vision
WIDTHS = 0.7, 2.6  # points; a wall that no other trial has, and one that all have
LEFT, ACROSS, GAP, BAR = (0.005, 0.515), 0.38, 0.022, 0.024  # of the figure's width
STEPS = 200
UNKNOWN = 0.5, 0.5, 0.5, 1.0  # colour of a wall if there is no trial to compare with


def _bar(figure, axes, colours, chance, label):
    """Draw a colour key beside axes, with a dashed line at the share that chance gives.

    `colours` (STEPS, n, 3) belong to shares from 0 (bottom) to 1 (top).
    """
    if chance is None:  # there was no trial to compare with
        return
    box = axes.get_position()
    bar = figure.add_axes((box.x1 + GAP, box.y0, BAR, box.height))
    bar.imshow(colours, extent=(0, 1, 0, 1), origin="lower", aspect="auto", interpolation="nearest")
    bar.set(xticks=[], ylabel=label)
    bar.yaxis.tick_right()
    bar.yaxis.set_label_position("right")
    bar.spines[:].set(visible=True, linewidth=0.4)
    bar.axhline(chance, color=INK, lw=1.0, ls=(0, (2, 1.2)))
    bar.annotate("chance", (0, chance), (-2, 0), "data", "offset points", ha="right", va="center", rotation=90)


def _draw_domains(figure, axes, numbers, confidence, drawn, chance):
    colours = domain_colours(numbers)
    image_axes.draw_sites(axes, *drawn, faded(colours, confidence))
    seen = np.unique(numbers[numbers >= 0])
    strips = np.array([domain_colour(number) for number in seen.tolist()]).reshape(1, -1, 3)
    shades = faded(np.repeat(strips, STEPS, axis=0), np.linspace(0, 1, STEPS)[:, None])
    _bar(figure, axes, shades, chance, "share of trials that agree")


def _draw_walls(axes, paths, shares):
    """Draw walls (list of (n, 2) px); the share (list of (n,)) at a point sets the colour and the width there."""
    steps = [np.stack([path[:-1], path[1:]], axis=1) for path in paths]
    if not steps:
        return
    lines = np.concatenate(steps)[..., ::-1]
    colours, width = wall_looks(np.concatenate([(of[:-1] + of[1:]) / 2 for of in shares]))
    for look in ({"colors": "black", "linewidths": width + 0.8}, {"colors": colours, "linewidths": width}):
        axes.add_collection(LineCollection(lines, capstyle="round", **look))


def _panel(figure, number, mask, tall, text):
    axes = figure.add_axes((LEFT[number], text / (tall + text), ACROSS, (tall - 0.2) / (tall + text)))
    image_axes.frame(axes, mask)
    letter(axes, "AB"[number])
    return axes


def _below(axes, lines):
    axes.annotate("\n".join(lines), (0, 0), (0, -14), "axes fraction", "offset points", va="top", linespacing=1.35)


def wall_looks(shares):
    """Colours (n, 4) and widths (n,) (points) of walls, from the shares (n,) of trials that have them; NaN is grey."""
    known = np.nan_to_num(shares, nan=0.5)
    colours = np.where(np.isnan(shares)[:, None], UNKNOWN, MAP(known))
    return colours, WIDTHS[0] + (WIDTHS[1] - WIDTHS[0]) * known


@styled
def figure_confidence(image, mask, yx, numbers, selected, chance, lines, cell_px, pixel_size_pm):
    """Draw how many other trials agree with the sites (A) and with the walls (B) of the selected segmentation.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    yx : (site, 2) px
    numbers : (site,) int, numbers of the domains, -1 for no label
    selected : dict
        confidence (site,), path_confidence (point,), 0 ... 1, NaN if there is no trial to compare with;
        path_points (point, 2) cells from the image's first pixel, point_wall (point,).
    chance : dict of chance, wall_chance: float or None
    lines : pair of lists of str, below the panels
    cell_px : float
    pixel_size_pm : float or None

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, columns = np.ptp(np.flatnonzero(mask.any(axis=1))), np.ptp(np.flatnonzero(mask.any(axis=0)))
    tall = ACROSS * TWO_COLUMNS * min(rows / max(columns, 1), 1.5) + 0.2
    text = 0.24 + 0.13 * max(map(len, lines))
    figure = new_figure(TWO_COLUMNS, tall + text)
    sites, walls = (_panel(figure, number, mask, tall, text) for number in (0, 1))
    drawn = image_axes.site_map(yx, mask, cell_px)
    _draw_domains(figure, sites, numbers, selected["confidence"], drawn, chance["chance"])
    image_axes.draw_image(walls, image, mask, strength=0.5)
    paths = wall_paths(selected, cell_px)
    shares = [selected["path_confidence"][selected["point_wall"] == wall] for wall in np.unique(selected["point_wall"])]
    # the first point of a ring is repeated at its end
    shares = [np.append(s, s[:1])[: len(path)] for s, path in zip(shares, paths, strict=True)]
    _draw_walls(walls, paths, shares)
    image_axes.frame(walls, mask)
    colours = MAP(np.linspace(0, 1, STEPS))[:, None, :3]
    _bar(figure, walls, colours, chance["wall_chance"], "share of trials with the wall")
    for axes, of_panel in zip((sites, walls), lines, strict=True):
        scale_bar(axes, pixel_size_pm, cell_px)
        _below(axes, of_panel)
    return figure
