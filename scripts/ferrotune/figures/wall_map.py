"""Figure of the domain walls of one segmentation."""

import numpy as np

from ferrotune.figures import image_axes
from ferrotune.figures.palette import BLUE, ORANGE, VERMILLION
from ferrotune.figures.style import ONE_COLUMN, new_figure, scale_bar, styled
from ferrotune.files.rounds import stored_walls
from ferrotune.segmentation.wall_lengths import whole_path


def wall_paths(selected, cell_px):
    """Paths (list of (n, 2) px) of the walls of selected.zarr, a ring with its first point again at the end.

    `selected` is a dict with path_points (point, 2) cells, point_wall (point,) and wall_closed (wall,).
    Arrays of earlier versions lack wall_closed; `ferrotune.files.rounds.stored_walls` does without it.
    """
    return [whole_path(path, ring) * cell_px for path, ring in zip(*stored_walls(selected), strict=True)]


def standing(selected):
    """Numbers (list of int) of the walls of selected.zarr that stand; of stores without verdicts, all."""
    count = len(np.unique(selected["point_wall"]))
    return np.flatnonzero(selected.get("wall_stands", np.ones(count, bool))).tolist()


def standing_paths(selected, cell_px):
    """Paths as `wall_paths` gives them, of the walls that stand: other boundaries are no walls."""
    paths = wall_paths(selected, cell_px)
    return [paths[k] for k in standing(selected)]


def draw_lines(axes, lines, **look):
    """Draw lines (list of (n, 2) (y, x)) as one artist."""
    if lines:
        y, x = np.concatenate([np.vstack([line, [[np.nan, np.nan]]]) for line in lines]).T
        axes.plot(x, y, **look)


@styled
def figure_walls(
    image, mask, path_points, point_wall, segments, lines, cell_px, pixel_size_pm, wall_closed=None, wall_stands=None
):
    """Draw the walls over the image: the smoothed path of each wall, and its straight segments.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    path_points : (point, 2) cells from the image's first pixel, (y, x), in order along each wall
    point_wall : (point,) int, the wall of each point
    segments : (segment, 2, 2) cells, (end, y or x)
    lines : list of str
        Text below the image; if there are no walls, the first line is written on the image.
    cell_px : float
    pixel_size_pm : float or None
    wall_closed, wall_stands : (wall,) bool, optional
        Whether each wall is a ring, and whether it stands; stores of earlier versions do not say. A boundary that does
        not stand is dashed.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows, columns = np.ptp(np.flatnonzero(mask.any(axis=1))), np.ptp(np.flatnonzero(mask.any(axis=0)))
    tall = (ONE_COLUMN - 0.04) * min(rows / max(columns, 1), 1.5)
    text = 0.1 + 0.125 * (len(lines) + 1)
    figure = new_figure(ONE_COLUMN, tall + text)
    axes = figure.add_axes((0.005, text / (tall + text), 0.99, tall / (tall + text) - 0.005))
    image_axes.draw_image(axes, image, mask, strength=0.7)
    walls = {"path_points": path_points, "point_wall": point_wall}
    paths = wall_paths(walls if wall_closed is None else walls | {"wall_closed": wall_closed}, cell_px)
    stands = np.ones(len(paths), bool) if wall_stands is None else wall_stands
    walls, others = ([paths[k] for k in np.flatnonzero(which)] for which in (stands, ~stands))
    draw_lines(axes, walls, color="black", lw=3.0)
    draw_lines(axes, walls, color=ORANGE, lw=2.2, label="wall")
    draw_lines(axes, others, color="white", lw=1.6, alpha=0.7)
    draw_lines(axes, others, color=VERMILLION, lw=1.1, ls=(0, (3, 1.5)), label="gradual")
    ends = {"marker": "o", "markersize": 2.4, "markerfacecolor": "white", "markeredgewidth": 0.6}
    draw_lines(axes, list(segments * cell_px), color=BLUE, lw=0.9, label="segment", **ends)
    image_axes.frame(axes, mask)
    scale_bar(axes, pixel_size_pm, cell_px)
    if paths:
        axes.legend(loc="upper left", bbox_to_anchor=(-0.01, 0.0), ncols=3, borderaxespad=0.2, columnspacing=1)
    else:
        box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 6}
        headline, *lines = lines
        axes.text(0.5, 0.5, headline, transform=axes.transAxes, ha="center", va="center", fontsize=10, bbox=box)
    below = {"va": "top", "fontsize": 6.5, "linespacing": 1.35}
    axes.annotate("\n".join(lines), (0, 0), (2, -15), "axes fraction", "offset points", **below)
    return figure
