"""A grid of settings, one trial each: axes in the units of the parameters, hatching, marks of special trials."""

from dataclasses import dataclass

import numpy as np
from matplotlib.collections import PolyCollection

from ferrotune.figures.palette import GREY, INK, VERMILLION
from ferrotune.figures.wording import axis_title, value_label

TICKS = 9  # largest number on an axis
NO_VALUE = (0.9, 0.9, 0.9)
FRONT = {"marker": "o", "s": 13, "c": "white", "edgecolors": INK, "linewidths": 0.6}
SELECTED = {"marker": "*", "s": 60, "c": VERMILLION, "edgecolors": "white", "linewidths": 0.5}
HATCH = {"facecolors": "none", "edgecolors": GREY, "hatch": "//////", "linewidths": 0}


@dataclass(frozen=True)
class Grid:
    """All settings of two parameters, one trial each, in order.

    axes: dict of the names of the two parameters to their values (list); the first is drawn upwards, the second to
    the right. ok, front (trial,) bool; selected: row or None; cell_px: float.
    """

    axes: dict
    ok: np.ndarray
    front: np.ndarray
    selected: int | None
    cell_px: float

    @property
    def shape(self):
        """Numbers of values of the two parameters."""
        return tuple(len(values) for values in self.axes.values())

    def places(self, trials):
        """Places at which trials (rows, or a bool for each trial) are drawn: x (n,) and y (n,)."""
        first, second = np.divmod(np.arange(len(self.ok))[trials], self.shape[1])
        return second, first


def _ticks(grid):
    for which, (name, values) in zip("yx", grid.axes.items(), strict=True):
        every = range(0, len(values), -(-len(values) // TICKS))
        yield which, axis_title(name), every, [value_label(name, values[i], grid.cell_px) for i in every]


def _set_axes(axes, grid, named):
    for which, title, places, labels in _ticks(grid):
        shown = which in named
        getattr(axes, f"set_{which}ticks")(places, labels if shown else [])
        if shown:
            getattr(axes, f"set_{which}label")(title)
    if max(map(len, (label.get_text() for label in axes.get_xticklabels())), default=0) > 2:
        axes.tick_params("x", rotation=90)


def _hatch(axes, grid):
    """Hatch the settings that are not usable."""
    x, y = grid.places(~grid.ok)
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    axes.add_collection(PolyCollection(np.column_stack([x, y])[:, None] + corners, **HATCH), autolim=False)


def draw_grid(axes, grid, colours, named="xy", **look):
    """Draw one colour for each setting, hatched if it is not usable, and mark the front and the selected trial.

    Parameters
    ----------
    axes : matplotlib Axes
    grid : Grid
    colours : (trial,) values for a colour map, NaN for no value, or (trial, 3) sRGB in 0 ... 1
    named : str
        Axes ("x", "y") that have a title and labels.
    look : keywords for imshow

    Returns
    -------
    matplotlib AxesImage
    """
    axes.set_facecolor(NO_VALUE)
    colours = np.asarray(colours, float)
    options = {"origin": "lower", "aspect": "auto", "interpolation": "none"} | look
    image = axes.imshow(colours.reshape(*grid.shape, *colours.shape[1:]), **options)
    axes.spines[:].set_visible(False)
    _set_axes(axes, grid, named)
    _hatch(axes, grid)
    axes.scatter(*grid.places(grid.front), zorder=3, clip_on=False, **FRONT)
    if grid.selected is not None:
        axes.scatter(*grid.places([grid.selected]), zorder=4, clip_on=False, **SELECTED)
    return image


def grid_key(figure, axes, grid):
    """Explain marks and hatching in one line at the bottom of a figure."""
    none = np.empty(0)
    handles = [axes.scatter(none, none, label=f"on the front ({grid.front.sum()})", **FRONT)]
    if grid.selected is not None:
        handles.append(axes.scatter(none, none, label=f"selected: trial {grid.selected}", **SELECTED))
    if not grid.ok.all():
        label = f"not usable, status is not ok ({(~grid.ok).sum()} of {len(grid.ok)})"
        handles.append(axes.fill_between([], [], label=label, **HATCH))
    figure.legend(handles=handles, loc="lower center", ncols=3, handletextpad=0.4, borderaxespad=0.3)
