"""Figure of `make truth`: agreement of selected, best and peer on each film; widths and jumps; false walls."""

import numpy as np

from ferrotune.figures.palette import BLUE, GREY, ORANGE
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, styled


def _agreements(axes, films):
    """Draw the agreement of the selected trial, the best trial and the peer on each film."""
    at = np.arange(len(films))
    axes.barh(at, films["best"], color=GREY, alpha=0.3, height=0.8, label="best trial")
    axes.plot(films["selected"], at, "o", color=BLUE, ms=3.5, label="selected")
    axes.plot(films["peer"], at, "|", color=ORANGE, ms=7, mew=1.6, label="ten-line peer")
    names = films["film"] + np.where(films["chosen_on"], " *", "")
    axes.set(yticks=at, yticklabels=names, xlim=(0, 1.02), ylim=(len(films) - 0.4, -0.6), xlabel="adjusted Rand index")
    axes.tick_params(axis="y", labelsize=5.5)


def _measured(axes, films, name, unit, largest):
    """Draw a measured number of walls against the true one: width or jump."""
    known = films[films[f"true_{name}"].notna() & films[name].notna()]
    for pipeline, colour in zip(sorted(known["pipeline"].unique()), (BLUE, ORANGE), strict=False):
        own = known[known["pipeline"] == pipeline]
        axes.plot(own[f"true_{name}"], own[name], "o", ms=3.5, color=colour, alpha=0.8, label=pipeline)
    axes.plot([0, largest], [0, largest], color=GREY, lw=0.8)
    limits = {"xlim": (0, largest), "ylim": (0, largest)}
    axes.set(**limits, xlabel=f"true {name} ({unit})", ylabel=f"{name} ({unit})")


def _false_walls(axes, films):
    """Draw on how many films without walls some stand."""
    count = films.assign(false=films["walls"] > 0).groupby(["kind", "pipeline"], sort=False)["false"].sum().unstack()
    at = np.arange(len(count))
    for i, (pipeline, colour) in enumerate(zip(sorted(count.columns), (BLUE, ORANGE), strict=False)):
        bars = axes.bar(at + 0.35 * (i - 0.5), count[pipeline], width=0.32, color=colour, label=pipeline)
        axes.bar_label(bars, fontsize=6)
    axes.axhline(1, color=GREY, lw=0.8)
    axes.text(-0.5, 1.05, "1 of 20", fontsize=6, color=GREY, ha="left", va="bottom")
    axes.set(xticks=at, xticklabels=count.index, ylabel="films with walls, of 20", ylim=(0, 5))


@styled
def truth_figure(table):
    """Draw the table of films (DataFrame, a row for each film and pipeline)."""
    figure = new_figure(TWO_COLUMNS, 5.4)
    with_walls, without = (table[(table["right"] == "walls") == which] for which in (True, False))
    for i, pipeline in enumerate(sorted(table["pipeline"].unique())):
        axes = figure.add_axes((0.17 + 0.42 * i, 0.42, 0.26, 0.53))
        _agreements(axes, with_walls[with_walls["pipeline"] == pipeline].reset_index(drop=True))
        axes.set_title(pipeline, fontsize=8)
        letter(axes, "AB"[i], x=-0.5)
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=6)
    for left, mark, numbers in ((0.08, "C", ("width", "cells", 12)), (0.38, "D", ("jump", "px", 4.0))):
        axes = figure.add_axes((left, 0.08, 0.2, 0.25))
        _measured(axes, with_walls, *numbers)
        letter(axes, mark, x=-0.25)
        if mark == "C":
            axes.legend(loc="upper left", fontsize=6)
    if len(without):
        axes = figure.add_axes((0.68, 0.08, 0.29, 0.25))
        _false_walls(axes, without)
        letter(axes, "E", x=-0.25)
    return figure
