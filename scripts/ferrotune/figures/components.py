"""Figure of the components of one trial: a map of each component."""

import numpy as np

from ferrotune.figures import image_axes
from ferrotune.figures.palette import INK
from ferrotune.figures.style import TWO_COLUMNS, empty_figure, new_figure, scale_bar, styled
from ferrotune.figures.wall_map import draw_lines, standing_paths

ACROSS = 4  # maps in a row
LIMIT = 2.5  # standard deviations at the ends of the colour scale
DIVERGING = "RdBu_r"


def standardised(scores):
    """Scale scores (site, r) to mean 0 and standard deviation 1; a constant component becomes 0."""
    deviation = scores.std(axis=0)
    return (scores - scores.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


@styled
def component_maps(scores, selected, attributes, mask):
    """Draw each component over the image, in standard deviations from its mean, with the selected walls.

    Parameters
    ----------
    scores : (site, r) float; r = 0 where no trial was selected
    selected : dict of the arrays of selected.zarr: yx (site, 2) px, path_points (n, 2) cells, point_wall (n,)
    attributes : dict with answer, cell_px and pixel_size_pm
    mask : (y, x) bool

    Returns
    -------
    matplotlib.figure.Figure
    """
    count = scores.shape[1]
    if not count:
        return empty_figure(f"{attributes['answer']}: no components")
    cell_px = attributes["cell_px"]
    drawn = image_axes.site_map(selected["yx"], mask, cell_px)
    paths = standing_paths(selected, cell_px)
    rows = -(-count // ACROSS)
    panel = TWO_COLUMNS / ACROSS
    height = rows * (panel * mask.shape[0] / mask.shape[1] + 0.2) + 0.65
    figure = new_figure(TWO_COLUMNS, height)
    grid = figure.add_gridspec(rows, ACROSS, left=0.01, right=0.99, top=1 - 0.2 / height, bottom=0.65 / height)
    grid.update(wspace=0.05, hspace=0.15)
    for i, values in enumerate(standardised(np.asarray(scores, float)).T):
        axes = figure.add_subplot(grid[divmod(i, ACROSS)])
        image = image_axes.draw_values(axes, *drawn, values, cmap=DIVERGING, vmin=-LIMIT, vmax=LIMIT)
        draw_lines(axes, paths, color=INK, lw=0.6)
        image_axes.frame(axes, mask)
        axes.set_title(f"{i + 1}", pad=2)
        if i == 0:
            scale_bar(axes, attributes["pixel_size_pm"], cell_px)
    bar = figure.add_axes((0.35, 0.38 / height, 0.3, 0.07 / height))
    figure.colorbar(image, cax=bar, orientation="horizontal", extend="both", label="standard deviations from the mean")
    return figure
