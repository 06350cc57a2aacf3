"""Figure of the segmentations of all settings of two parameters, one small map for each setting."""

import numpy as np

from ferrotune.figures import image_axes
from ferrotune.figures.domain_numbers import domain_numbers
from ferrotune.figures.palette import INK, domain_colours, faded
from ferrotune.figures.setting_grid import FRONT, SELECTED
from ferrotune.figures.style import TWO_COLUMNS, new_figure, place, styled
from ferrotune.figures.wording import axis_title, value_label

LEFT, TOP, BELOW = 0.72, 0.12, 0.72  # inches; the margins, with the names of the axes, and below them the key
APART, TEXT = 0.08, 0.14  # inches; between maps, and above a map for its number
WIDEST = 1.08  # inches; of a map
FINEST = 220  # samples along the longer side of a map, about the dots of a printed one
PALE = 0.25  # strength of the colours of a setting that is not usable


def _draw_map(figure, box, drawn, mask, colours):
    axes = place(figure, *box)
    image_axes.draw_sites(axes, *drawn, colours)
    image_axes.frame(axes, mask)
    return axes


def _mark(axes, look, x):
    """Mark a map above its upper left corner; x: share of its width."""
    axes.scatter([x], [1.06], transform=axes.transAxes, clip_on=False, zorder=4, **look)


def _key(figure, axes, grid):
    """Explain marks, pale maps and numbers in one line at the bottom of the figure."""
    none = np.empty(0)
    handles = [axes.scatter(none, none, label=f"on the front ({grid.front.sum()})", **FRONT)]
    if grid.selected is not None:
        handles.append(axes.scatter(none, none, label=f"selected: trial {grid.selected}", **SELECTED))
    title = "number: ARI with the reference; white: undecided"
    if not grid.ok.all():
        title += f"; pale: not usable ({(~grid.ok).sum()} of {len(grid.ok)})"
    look = {"loc": "lower center", "ncols": 2, "handletextpad": 0.4, "borderaxespad": 0.2}
    figure.legend(handles=handles, title=title, title_fontsize=6.5, **look)


def _name_axes(figure, grid, pitches, high):
    """Write the names of the parameters and their values at the left and the lower edge."""
    (first, of_first), (second, of_second) = grid.axes.items()
    across, down = pitches
    width, foot = figure.get_figwidth(), high - BELOW
    text = {"fontsize": 6.5, "color": INK}
    for row, value in enumerate(of_first):
        y = 1 - (TOP + (len(of_first) - 1 - row + 0.5) * down + TEXT / 2) / high
        at = ((LEFT - 0.08) / width, y)
        figure.text(*at, value_label(first, value, grid.cell_px), ha="right", va="center", **text)
    for column, value in enumerate(of_second):
        at = ((LEFT + column * across + (across - APART) / 2) / width, 1 - (foot + 0.05) / high)
        figure.text(*at, value_label(second, value, grid.cell_px), ha="center", va="top", **text)
    middle = 1 - (TOP + len(of_first) * down / 2) / high
    figure.text(0.04 / width, middle, axis_title(first), rotation=90, va="center", fontsize=7)
    middle = (LEFT + len(of_second) * across / 2) / width
    figure.text(middle, 1 - (foot + 0.18) / high, axis_title(second), ha="center", va="top", fontsize=7)


@styled
def figure_segmentations(yx, labels, grid, ari, reference, mask):
    """Draw the labels of every setting of two parameters; the same domain has the same colour in all maps.

    Parameters
    ----------
    yx : (site, 2) px
    labels : (trial, site) int, negative for undecided sites
    grid : ferrotune.figures.setting_grid.Grid, its trials in the order of `labels`
    ari : (trial,) float, agreement with the reference, NaN for none
    reference : dict with yx (cell, 2) px and label (cell,) int, negative where unknown
    mask : (y, x) bool, true where there is signal

    Returns
    -------
    matplotlib.figure.Figure
        The first parameter goes upwards, the second to the right. Settings that are not usable are pale.
    """
    rows, columns = grid.shape
    signal = [np.ptp(np.flatnonzero(mask.any(axis=axis))) + 1 for axis in (1, 0)]
    wide = min((TWO_COLUMNS - LEFT) / columns - APART, WIDEST)
    tall = wide * signal[0] / signal[1]
    pitches = wide + APART, tall + TEXT
    high = TOP + rows * pitches[1] + BELOW
    figure = new_figure(max(LEFT + columns * pitches[0], TWO_COLUMNS / 2), high)
    numbers, _ = domain_numbers(list(labels), reference["label"], yx, reference["yx"], grid.cell_px)
    drawn = image_axes.site_map(yx, mask, grid.cell_px, FINEST)
    for trial, of_trial in enumerate(numbers):
        row, column = divmod(trial, columns)
        strength = 1.0 if grid.ok[trial] else PALE
        colours = faded(domain_colours(of_trial), np.full(len(yx), strength))
        box = (LEFT + column * pitches[0], TOP + (rows - 1 - row) * pitches[1] + TEXT, wide, tall)
        axes = _draw_map(figure, box, drawn, mask, colours)
        if np.isfinite(ari[trial]):
            axes.set_title(f"{ari[trial]:.2f}", fontsize=6, pad=1.5, loc="right")
        if grid.front[trial]:
            _mark(axes, FRONT, 0.03)
        if trial == grid.selected:
            _mark(axes, SELECTED, 0.14)
    _name_axes(figure, grid, pitches, high)
    _key(figure, axes, grid)
    return figure
