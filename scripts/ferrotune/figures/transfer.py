"""Figure of what settings selected on one image are worth on the others."""

import numpy as np
from matplotlib.patches import Rectangle

from ferrotune.figures.palette import GREY, INK
from ferrotune.figures.style import TWO_COLUMNS, empty_figure, letter, new_figure, styled
from ferrotune.figures.wording import NONE

CELL = 0.34  # inches, height of a row
EDGE = {"left": 1.2, "right": 0.1, "top": 0.35, "bottom": 0.6, "between": 0.3, "bar": 0.6}  # inches
COLOURS, DARK = "Blues", 0.6  # above this value the ink is white
MOST = 2  # matrices side by side
OWN_BEST = "best of own trials"


def transfer_matrices(table, images):
    """Agreement and standing walls of every pair of images.

    Parameters
    ----------
    table : DataFrame with from_image, to_image, ari, walls
    images : list of str

    Returns
    -------
    ari, walls : (from, to) float, NaN where there is none

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"from_image": "a", "to_image": "b", "ari": 0.5, "walls": 2}
    >>> transfer_matrices(pd.DataFrame([row]), ["a", "b"])[0].tolist()
    [[nan, 0.5], [nan, nan]]
    """
    of_pairs = table.set_index(["from_image", "to_image"])
    pairs = [(one, other) for one in images for other in images]
    return tuple(of_pairs[name].reindex(pairs).to_numpy(float).reshape(len(images), -1) for name in ("ari", "walls"))


def _number(ari, walls):
    counted = "" if np.isnan(walls) else f"\n({walls:.0f})"
    return (NONE if np.isnan(ari) else f"{ari:.2f}") + counted


def _draw(axes, ari, walls, best, images, named):
    """Draw one matrix with the best trials below it; the names of its rows only if `named`."""
    values, count = np.vstack([ari, best]), len(images)
    shown = axes.imshow(np.clip(values, 0, 1), cmap=COLOURS, vmin=0, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        text = _number(value, walls[row, column] if row < count else np.nan)
        axes.text(
            column,
            row,
            text,
            ha="center",
            va="center",
            fontsize=6,
            color="white" if value > DARK else INK,
            linespacing=0.9,
        )
    for i in range(count):
        axes.add_patch(
            Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, ec=INK, lw=0.8, clip_on=False, zorder=3)
        )  # an image's own setting
    axes.axhline(count - 0.5, color="white", lw=3)
    axes.set_xticks(range(count), images, rotation=30, ha="right")
    axes.set_yticks(range(count + 1), [*images, OWN_BEST] if named else [])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return shown


@styled
def figure_transfer(tables, best, images):
    """Draw for each pipeline what a setting selected on one image finds on each other image.

    Parameters
    ----------
    tables : dict of pipeline to DataFrame, from `ferrotune.search.transfer`
    best : dict of pipeline to (image,) float, best ARI of any trial of the image's own search; NaN where unknown
    images : list of str

    Returns
    -------
    matplotlib.figure.Figure
    """
    if not tables:
        return empty_figure("one image, or only pipelines that train a model: nothing to compare")
    across = min(len(tables), MOST)
    down = -(-len(tables) // across)
    height = (len(images) + 1) * CELL
    block = EDGE["top"] + height + EDGE["bottom"]
    figure = new_figure(TWO_COLUMNS, down * block)
    width = (TWO_COLUMNS - EDGE["left"] - EDGE["right"] - EDGE["bar"] - EDGE["between"] * (across - 1)) / across
    for number, (pipeline, table) in enumerate(tables.items()):
        row, column = divmod(number, across)
        left = EDGE["left"] + column * (width + EDGE["between"])
        bottom = (down - row - 1) * block + EDGE["bottom"]
        place = (left / TWO_COLUMNS, bottom / figure.get_figheight())
        axes = figure.add_axes((*place, width / TWO_COLUMNS, height / figure.get_figheight()))
        shown = _draw(axes, *transfer_matrices(table, images), best[pipeline], images, column == 0)
        axes.set_title(pipeline)
        letter(axes, "ABCDEFGHIJ"[number], x=-0.06)
        if column == 0:
            axes.set_ylabel("setting selected on")
        axes.set_xlabel("applied to")
    right = 1 - (EDGE["right"] + 0.45) / TWO_COLUMNS
    bar = figure.add_axes((right, EDGE["bottom"] / figure.get_figheight(), 0.012, height / figure.get_figheight()))
    figure.colorbar(shown, cax=bar, label="ARI with the reference").outline.set_edgecolor(GREY)
    return figure
