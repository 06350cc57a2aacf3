"""Figure of a hyperparameter map: rewards, walls, agreement and status over two parameters (Figs. S1 to S6)."""

import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from ferrotune.figures.palette import BLUE, GREEN, GREY, ORANGE
from ferrotune.figures.setting_grid import draw_grid, grid_key
from ferrotune.figures.style import TWO_COLUMNS, new_figure, styled
from ferrotune.figures.wording import STATUSES, reward_label
from ferrotune.rewards import REWARDS
from ferrotune.segmentation.statuses import FAILED

ACROSS = 4  # panels in a row
LEFT, BELOW, PITCH, SIDE = 0.68, 0.88, 1.68, 1.08  # inches: two margins, distance of panels, side of a panel
WIDE = (TWO_COLUMNS - LEFT) / ACROSS
BRIGHT_IS_BEST = {"minimise": "viridis_r", "maximise": "viridis"}
BETTER = {"minimise": "lower is better", "maximise": "higher is better"}
AGREEMENT = {"ari": "ARI with the reference", "wall_f1": "wall F1 with the reference"}
STATUS_COLOURS = {"ok": GREEN, "no_wall_stands": ORANGE, "one_cluster": BLUE, "failed": GREY, "given_up": GREY}


def _limits(values, ok):
    """Least and largest value of the usable trials; of all trials if the usable ones have fewer than two values."""
    for among in (ok, np.ones(len(ok), bool)):
        found = np.unique(values[among & np.isfinite(values)])
        if len(found) > 1:
            return found[0], found[-1]
    return (found[0] - 0.5, found[0] + 0.5) if len(found) else (0.0, 1.0)


def _place(number, count):
    """Left and bottom edge (inches) of a panel."""
    row, column = divmod(number, ACROSS)
    rows = -(-count // ACROSS)
    return LEFT + column * WIDE, BELOW + (rows - 1 - row) * PITCH


def _panels(table, objectives):
    """Yield the panels in order, the objectives first: (values, title, line below the title, look)."""
    rewards = [*objectives, *(name for name in REWARDS if name in table and name not in objectives)]
    for name in rewards:
        direction = REWARDS[name].direction
        note = ("objective, " if name in objectives else "") + BETTER[direction]
        yield table[name].to_numpy(float), reward_label(name), note, {"cmap": BRIGHT_IS_BEST[direction]}
    walls = table["n_walls"].to_numpy(float)
    yield (
        np.where(table["status"] == FAILED, np.nan, walls),
        "number of walls",
        "not an objective",
        {"cmap": "cividis"},
    )
    for name, title in AGREEMENT.items():
        look = {"cmap": "viridis", "vmin": 0.0, "vmax": 1.0}
        yield table[name].to_numpy(float), title, "higher is better", look


def _draw_values(figure, axes, grid, values, look, named):
    low, high = _limits(values, grid.ok)
    look = {"vmin": low, "vmax": high} | look
    image = draw_grid(axes, grid, values, named, **look)
    if not np.isfinite(values).any():
        axes.text(0.5, 0.5, "no values", transform=axes.transAxes, ha="center", va="center")
        return
    beyond = (np.nanmin(values) < look["vmin"], np.nanmax(values) > look["vmax"])
    extend = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[beyond]
    box, width = axes.get_position(), figure.get_figwidth()
    bar = figure.add_axes((box.x1 + 0.05 / width, box.y0, 0.07 / width, box.height))
    # few digits: 0.0125 or 0.00045 would reach into the next panel
    colours = figure.colorbar(image, cax=bar, extend=extend, ticks=MaxNLocator(5, steps=[1, 2, 5, 10]))
    colours.formatter.set_powerlimits((-3, 4))
    colours.outline.set_linewidth(0.4)


def _draw_status(axes, grid, kinds, named):
    """Draw the status of each setting, with a key at its right."""
    draw_grid(axes, grid, to_rgba_array([STATUS_COLOURS[kind] for kind in kinds])[:, :3], named)
    there = [kind for kind in STATUS_COLOURS if (kinds == kind).any()]
    note = {kind: STATUSES[kind].replace("no wall ", "no wall\n") for kind in there}
    handles = [Patch(color=STATUS_COLOURS[kind], label=note[kind]) for kind in there]
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.03), handlelength=0.6, handletextpad=0.3)


@styled
def figure_maps(table, grid, objectives):
    """Draw heat maps over two parameters: each reward, the number of walls, the agreement, the status.

    Parameters
    ----------
    table : DataFrame of maps.tsv, a row for each setting, in order; the status without its reason
    grid : ferrotune.figures.setting_grid.Grid
    objectives : dict of reward name to direction

    Returns
    -------
    matplotlib.figure.Figure
        In every panel of a reward or of an agreement, brighter is better. The colours of a reward span the values
        of the usable trials; those of an agreement go from 0 to 1.
    """
    panels = list(_panels(table, objectives))
    count = len(panels) + 1
    high = BELOW + (-(-count // ACROSS) - 1) * PITCH + SIDE + 0.4
    figure = new_figure(TWO_COLUMNS, high)
    for number in range(count):
        left, bottom = _place(number, count)
        axes = figure.add_axes((left / TWO_COLUMNS, bottom / high, SIDE / TWO_COLUMNS, SIDE / high))
        named = ("y" if number % ACROSS == 0 else "") + ("x" if number + ACROSS >= count else "")
        if number < len(panels):
            values, title, note, look = panels[number]
            _draw_values(figure, axes, grid, values, look, named)
        else:
            title, note = "status", f"{grid.ok.sum()} of {len(grid.ok)} usable"
            _draw_status(axes, grid, table["status"].to_numpy(), named)
        axes.set_title(f"{title}\n{note}", loc="left", fontsize=6.5, pad=3)
    grid_key(figure, axes, grid)
    return figure
