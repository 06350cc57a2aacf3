"""Figure of the trials, their Pareto front, and segmentations to compare (the paper's Fig. 4 A-D, and a peer)."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ferrotune.figures import image_axes
from ferrotune.figures.palette import BLUE, FAINT, GREY, INK, PURPLE, VERMILLION, domain_colours
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, place, scale_bar, styled
from ferrotune.figures.wording import STATUSES, reward_label
from ferrotune.segmentation.statuses import OK

GAP = 0.045  # between panels of pairs of objectives, as a share of the figure
LINE = 0.115  # inches of a line below a panel
SCATTER = 0.54, 0.27, 2.95, 2.33  # inches; left, top, width and height of panel A
SCATTER_ROW = 3.75  # inches; height of panel A with its labels and its key
BESIDE, WIDE, TALLEST = 3.82, 3.24, 4.2  # inches; left edge and width of panel B; the tallest map
ABOVE, BAR, APART = 0.27, 0.17, 0.2  # inches; above a map; for its scale bar; between maps
DECADES = 30.0  # an objective that spans a larger ratio is drawn on a logarithmic axis
MARKERS = {"no_wall_stands": "x", "one_cluster": "1", "failed": "2", "given_up": "3"}


@dataclass(frozen=True)
class Scatter:
    """The trials as they are drawn: their rewards, and which of them are special.

    rewards (trial, objective); names and directions (objective,); status (trial,) without the reason;
    front (trial,) bool; knee, selected, contrasting: their rows, or None.
    """

    rewards: np.ndarray
    names: list
    directions: list
    status: np.ndarray
    front: np.ndarray
    knee: int | None
    selected: int | None
    contrasting: int | None


@dataclass(frozen=True)
class Panel:
    """One segmentation as it is drawn: domain numbers (site,) at yx (site, 2) px, a title, and lines of text below."""

    numbers: np.ndarray
    yx: np.ndarray
    title: str
    lines: list


def _wants_log(values):
    values = values[np.isfinite(values)]
    return len(values) > 1 and values.min() > 0 and values.max() / values.min() > DECADES


def _decade(value, _):
    """Write a power of ten in few letters, so that the name of the axis has room."""
    power = round(np.log10(value))
    return f"{value:g}" if -3 <= power <= 3 else f"1e{power}"


def _set_axis(axes, which, values):
    """Make an axis logarithmic, with plain numbers, if the values span more than a ratio of DECADES."""
    if _wants_log(values):
        axis = getattr(axes, f"{which}axis")
        getattr(axes, f"set_{which}scale")("log")
        axis.set_minor_locator(LogLocator(subs=range(2, 10), numticks=20))
        axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(FuncFormatter(_decade))


def _axis_label(scatter, i):
    """Name an objective, its unit, and whether lower or higher is better."""
    better = "lower" if scatter.directions[i] == "minimise" else "higher"
    lines = (reward_label(scatter.names[i]), f"{better} is better")
    return (", " if len(scatter.names) == 2 else "\n").join(lines)


def _draw_dominated(axes, points, directions):
    """Shade the region that a front of two objectives dominates, and draw its edge as steps."""
    sign = np.array([1.0 if direction == "minimise" else -1.0 for direction in directions])
    worst = [axes.get_xlim()[int(sign[0] > 0)], axes.get_ylim()[int(sign[1] > 0)]]
    best_x_first = points[np.argsort(sign[0] * points[:, 0], kind="stable")]
    x = np.append(np.repeat(best_x_first[:, 0], 2), worst[0])
    y = np.concatenate([[worst[1]], np.repeat(best_x_first[:, 1], 2)])
    axes.fill([*x, worst[0]], [*y, worst[1]], color=BLUE, alpha=0.05, lw=0, zorder=0)
    axes.plot(x, y, color=BLUE, lw=0.9, zorder=2)


def _marks(scatter):
    """Yield the special trials as (row, style, name), the widest mark first."""
    ring = {"marker": "o", "s": 100, "facecolors": "none", "linewidths": 1.0, "edgecolors": INK}
    yield scatter.knee, ring, "knee"
    star = {"marker": "*", "s": 90, "c": VERMILLION, "edgecolors": "white", "linewidths": 0.5}
    yield scatter.selected, star, "selected (B)"
    diamond = {"marker": "D", "s": 30, "c": PURPLE, "edgecolors": "white", "linewidths": 0.5}
    yield scatter.contrasting, diamond, "most different (C)"


def _draw_pair(axes, scatter, i, j):
    """Draw one pair of objectives: the trials by status, the front, and the special trials."""
    x, y = scatter.rewards[:, i], scatter.rewards[:, j]
    for kind, marker in MARKERS.items():
        of = scatter.status == kind
        if of.any():
            axes.scatter(x[of], y[of], marker=marker, s=18, c=FAINT, linewidths=0.8, zorder=1)
    of = (scatter.status == OK) & ~scatter.front
    axes.scatter(x[of], y[of], s=13, c=GREY, linewidths=0, zorder=1.5)
    axes.scatter(x[scatter.front], y[scatter.front], s=20, c=BLUE, linewidths=0, zorder=3)
    for z, (row, look, _) in enumerate(_marks(scatter), start=4):
        if row is not None:
            axes.scatter(x[row : row + 1], y[row : row + 1], zorder=z, clip_on=False, **look)
    _set_axis(axes, "x", x)
    _set_axis(axes, "y", y)
    if not np.isfinite(x * y).any():
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, "no trial has rewards", transform=axes.transAxes, ha="center", color=GREY)
    if len(scatter.names) == 2 and scatter.front.any():
        axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())
        _draw_dominated(axes, scatter.rewards[scatter.front], scatter.directions)


def _legend(axes, scatter):
    """Draw the key with the number of trials of each status; trials without rewards appear only here."""
    none = np.empty(0)
    handles = [axes.scatter(none, none, s=20, c=BLUE, label=f"front ({scatter.front.sum()})")]
    of_ok = int(((scatter.status == OK) & ~scatter.front).sum())
    handles.append(axes.scatter(none, none, s=13, c=GREY, label=f"other trials, ok ({of_ok})"))
    for kind, marker in MARKERS.items():
        # a trial whose walls stand only when they are judged again is on the front, and counted there
        of = (scatter.status == kind) & ~scatter.front
        if of.any():
            plotted = np.isfinite(scatter.rewards[of]).all(axis=1).any()
            label = f"{STATUSES[kind]} ({of.sum()}{'' if plotted else ', no rewards'})"
            handles.append(axes.scatter(none, none, marker=marker, s=18, c=FAINT, linewidths=0.8, label=label))
    for row, look, name in _marks(scatter):
        if row is not None:
            handles.append(axes.scatter(none, none, label=name, **look))
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(-0.04, -0.14 if len(scatter.names) == 2 else -0.19),
        ncols=2,
        columnspacing=1.0,
    )


def _draw_scatter(figure, scatter, box):
    """Draw panel A: one pair of objectives, or all pairs as a triangle with labels at its edges."""
    left, bottom, width, height = box
    count = len(scatter.names) - 1
    if count > 1:  # the labels have two lines
        left, width = left + 0.015, width - 0.015
    across, up = ((width - GAP * (count - 1)) / count, (height - GAP * (count - 1)) / count)
    for i, j in combinations(range(count + 1), 2):
        axes = figure.add_axes((left + i * (across + GAP), bottom + (count - j) * (up + GAP), across, up))
        _draw_pair(axes, scatter, i, j)
        # with many pairs the letters are smaller, and begin at the top, clear of the letter of the panel
        look = {"fontsize": 6} if count > 2 else {}
        if j == count:
            axes.set_xlabel(_axis_label(scatter, i), **look)
        if i == 0:
            axes.set_ylabel(_axis_label(scatter, j), **look, loc="top" if count > 2 else "center")
    whole = figure.add_axes(box)
    whole.set_axis_off()
    letter(whole, "A", x=-0.17)
    _legend(whole, scatter)


def _draw_panel(axes, panel, name, mask, cell_px, pixel_size_pm):
    image_axes.frame(axes, mask)
    if panel is None:
        axes.text(0.5, 0.5, "no other trial to compare", transform=axes.transAxes, ha="center", va="center", color=GREY)
        letter(axes, name)
        return
    drawn = image_axes.site_map(panel.yx, mask, cell_px)
    image_axes.draw_sites(axes, *drawn, domain_colours(panel.numbers))
    scale_bar(axes, pixel_size_pm, cell_px)
    letter(axes, name)
    axes.annotate(panel.title, (0, 1), (14, 4), "axes fraction", "offset points", va="bottom")
    below = {"va": "top", "fontsize": 6, "linespacing": 1.35, "color": INK}
    axes.annotate("\n".join(panel.lines), (0, 0), (0, -72 * BAR), "axes fraction", "offset points", **below)


def _map_size(mask, widest):
    """Width and height (inches) of a map in the shape of the part of the image with signal."""
    rows, columns = (np.ptp(np.flatnonzero(mask.any(axis=axis))) + 1 for axis in (1, 0))
    tall = rows / columns
    width = min(widest, TALLEST / tall)
    return width, width * tall


def _text_height(panels):
    """Inches below a row of maps: scale bar, and the longest of the texts."""
    return BAR + LINE * max((len(panel.lines) for panel in panels if panel is not None), default=0) + 0.1


@styled
def figure_front(scatter, selected, contrasting, reference, mask, cell_px, pixel_size_pm, peer=None):
    """Draw the trials and the front (A), the selected segmentation (B), the most different one (C), the reference (D).

    Where a polarization was measured, (E) is what ten lines of k-means make of it.

    Parameters
    ----------
    scatter : Scatter
    selected, contrasting, reference : Panel; None if there is no such trial
    mask : (y, x) bool, true where there is signal
    cell_px : float
    pixel_size_pm : float or None
    peer : Panel, optional

    Returns
    -------
    matplotlib.figure.Figure
        After Barakati et al., arXiv 2411.12612, Fig. 4 A-D.
    """
    panels = {"B": selected, "C": contrasting, "D": reference} | ({} if peer is None else {"E": peer})
    beside, names = _map_size(mask, WIDE), list(panels)
    block = ABOVE + beside[1] + _text_height(panels.values())
    count = max(1, int(SCATTER_ROW // block))  # maps of wide images have room for another one beside panel A
    right, others = names[:count], names[count:]
    pitch = TWO_COLUMNS / max(len(others), 1)
    below = _map_size(mask, pitch - APART)
    first = max(SCATTER_ROW, len(right) * block)
    last = ABOVE + below[1] + _text_height(panels[name] for name in others) if others else 0.0
    figure = new_figure(TWO_COLUMNS, first + last)
    left, top, wide, tall = SCATTER
    across, down = figure.get_size_inches()
    _draw_scatter(figure, scatter, (left / across, 1 - (top + tall) / down, wide / across, tall / down))
    for n, name in enumerate(right):
        axes = place(figure, BESIDE, ABOVE + n * block, *beside)
        _draw_panel(axes, panels[name], name, mask, cell_px, pixel_size_pm)
    for n, name in enumerate(others):
        axes = place(figure, APART / 2 + n * pitch, first + ABOVE, *below)
        _draw_panel(axes, panels[name], name, mask, cell_px, pixel_size_pm)
    return figure
