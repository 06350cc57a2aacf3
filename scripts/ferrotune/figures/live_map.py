"""Figure of an image at the instrument: the walls over the image, and the domains between them."""

import numpy as np

from ferrotune.figures import image_axes
from ferrotune.figures.palette import INK, ORANGE, VERMILLION, domain_colours
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, scale_bar, styled
from ferrotune.figures.wall_map import draw_lines, wall_paths

LEFT, ACROSS = (0.005, 0.505), 0.49  # of the figure's width
TOP, BELOW = 0.2, 0.24  # inches
FINEST = 600  # samples along a side of the domains: a screen shows as many, and more take longer


def _panel(figure, number, tall):
    high = tall + TOP + BELOW
    axes = figure.add_axes((LEFT[number], BELOW / high, ACROSS, tall / high))
    letter(axes, "AB"[number])
    return axes


@styled
def figure_live(image, mask, selected, cell_px, pixel_size_pm):
    """Draw the walls of a segmentation over the image (A), and its domains (B).

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    selected : dict of arrays, as selected.zarr holds them
        yx (site, 2) px; label (site,) int, -1 where undecided; path_points (point, 2) cells; point_wall (point,);
        wall_closed, wall_stands (wall,) bool.
    cell_px : float
    pixel_size_pm : float or None

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, columns = np.ptp(np.flatnonzero(mask.any(axis=1))), np.ptp(np.flatnonzero(mask.any(axis=0)))
    tall = ACROSS * TWO_COLUMNS * min(rows / max(columns, 1), 1.5)
    figure = new_figure(TWO_COLUMNS, tall + TOP + BELOW)
    walls, domains = (_panel(figure, number, tall) for number in (0, 1))
    image_axes.draw_image(walls, image, mask, strength=0.7)
    paths = wall_paths(selected, cell_px)
    standing, others = (
        [paths[k] for k in np.flatnonzero(which)] for which in (selected["wall_stands"], ~selected["wall_stands"])
    )
    draw_lines(walls, standing, color="black", lw=3.0)
    draw_lines(walls, standing, color=ORANGE, lw=2.2, label="wall")
    draw_lines(walls, others, color="white", lw=1.6, alpha=0.7)
    draw_lines(walls, others, color=VERMILLION, lw=1.1, ls=(0, (3, 1.5)), label="boundary that does not stand")
    if paths:
        walls.legend(loc="upper left", bbox_to_anchor=(-0.01, 0.0), ncols=2, borderaxespad=0.2, columnspacing=1)
    drawn = image_axes.site_map(selected["yx"], mask, cell_px, FINEST)
    image_axes.draw_sites(domains, *drawn, domain_colours(selected["label"]))
    draw_lines(domains, standing, color=INK, lw=1.2)
    for axes in (walls, domains):
        image_axes.frame(axes, mask)
        scale_bar(axes, pixel_size_pm, cell_px)
    return figure
