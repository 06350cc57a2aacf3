"""Figure of a search for columns: its front, a map of disorder, and the least regular part of the image."""

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.figures import image_axes
from ferrotune.figures.palette import BLUE, GREY, INK, ORANGE, VERMILLION
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, place, scale_bar, styled

ZOOM = 12  # unit cells along a side of the magnified part
SIDE, TOP, LEFTS = 1.84, 0.25, (0.5, 2.68, 5.3)  # inches; of the panels
LABELS = {"count_error": "error of the number of columns", "out_of_place": "share out of place"}


def _draw_front(axes, rewards, front, knee, names):
    """Draw the trials, the steps of the front, and the knee; lower is better along both axes."""
    x, y = 100 * rewards.T
    axes.scatter(x[~front], y[~front], s=9, c=GREY, linewidths=0, label=f"trials ({len(rewards)})")
    axes.scatter(x[front], y[front], s=16, c=BLUE, linewidths=0, zorder=3, label=f"front ({front.sum()})")
    ring = {"s": 70, "facecolors": "none", "edgecolors": INK, "linewidths": 1.0}
    axes.scatter(x[knee], y[knee], zorder=4, clip_on=False, label="knee", **ring)
    # trials that find ten times too many would press the others into a corner
    far = max(3 * x[front].max(), 30.0)
    axes.set(xlim=(-0.03 * far, far), ylim=(-3, max(103 * rewards[x <= far, 1].max(), 10)))
    order = np.lexsort((y[front], x[front]))
    steps = np.repeat(x[front][order], 2), np.repeat(y[front][order], 2)
    axes.plot([*steps[0], far][1:], [*steps[1], steps[1][-1]][:-1], color=BLUE, lw=0.9, zorder=2)
    axes.set_xlabel(f"{LABELS[names[0]]} (%)")
    axes.set_ylabel(f"{LABELS[names[1]]} (%)")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.14), handletextpad=0.1, borderaxespad=0)
    beyond = int((x > far).sum())
    if beyond:
        axes.annotate(f"{beyond} beyond", (1, 0), (-2, 3), "axes fraction", "offset points", ha="right", color=GREY)


def _worst_part(yx, wrong, shape, cell_px):
    """Rows and columns (px, ends not included) of the 12 x 12 cells with the most columns out of place."""
    side = min(round(ZOOM * cell_px), *shape)
    middle = np.array(shape) / 2
    if wrong.any():
        tree = cKDTree(yx[wrong])
        around = tree.query_ball_point(yx[wrong], side / 2, return_length=True)
        middle = yx[wrong][np.argmax(around)]
    first = np.clip(np.round(middle - side / 2).astype(int), 0, np.array(shape) - side)
    return tuple((int(start), int(start) + side) for start in first)


def _draw_part(axes, image, mask, yx, wrong, window):
    """Draw a part of the image with its columns."""
    (top, bottom), (left, right) = window
    image_axes.draw_image(axes, image, mask, limits=window)
    shown = ((yx >= (top - 1, left - 1)) & (yx <= (bottom, right))).all(axis=1)
    for of, look in (
        (shown & ~wrong, {"s": 16, "edgecolors": ORANGE, "facecolors": "none", "linewidths": 0.9}),
        (shown & wrong, {"s": 16, "marker": "x", "c": VERMILLION, "linewidths": 1.1}),
    ):
        axes.scatter(yx[of, 1], yx[of, 0], **look)
    axes.set(xlim=(left - 0.5, right - 0.5), ylim=(bottom - 0.5, top - 0.5), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


@styled
def figure_column_search(image, mask, found, attributes):
    """Draw a search for columns.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    found, attributes : dict, arrays and attributes of column_search.zarr

    Returns
    -------
    matplotlib.figure.Figure
    """
    yx, error, limit = found["yx"], found["spacing_error"], attributes["out_of_place_above"]
    scale, wrong = (attributes["pixel_size_pm"], attributes["cell_px"]), error > limit
    figure = new_figure(TWO_COLUMNS, TOP + SIDE + 0.5)
    front, disorder, part = (place(figure, left, TOP, SIDE, SIDE) for left in LEFTS)
    _draw_front(front, found["rewards"], found["on_front"], attributes["knee"], list(attributes["objectives"]))
    image_axes.frame(disorder, mask)
    disorder.set_anchor("NW")
    drawn = image_axes.site_map(yx, mask, scale[1])
    label = "deviation of the spacing (%)"
    image_axes.draw_with_bar(figure, disorder, drawn, 100 * error, (0, 200 * limit), "magma", label, extend="max")
    bar = figure.axes[-1]
    bar.axhline(100 * limit, color="white", lw=1.2)
    scale_bar(disorder, *scale)
    share = f"{len(yx)} columns ({attributes['expected']:.0f} predicted), {100 * wrong.mean():.1f} % out of place"
    disorder.text(0.0, -0.14, share, transform=disorder.transAxes, va="top")
    _draw_part(part, image, mask, yx, wrong, _worst_part(yx, wrong, mask.shape, scale[1]))
    part.set_anchor("NW")
    scale_bar(part, *scale)
    for axes, name, x in ((front, "A", -0.2), (disorder, "B", 0.0), (part, "C", 0.0)):
        letter(axes, name, x=x)
    return figure
