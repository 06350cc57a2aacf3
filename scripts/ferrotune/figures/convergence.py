"""Figure of the convergence of a search: the hypervolume that its trials dominate, trial by trial."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from ferrotune.figures.palette import BLUE, FAINT, GREY, INK
from ferrotune.figures.style import ONE_COLUMN, new_figure, styled
from ferrotune.front.pareto import best_and_worst, hypervolume_history
from ferrotune.segmentation.statuses import OK

START = "#EAF2F8"


@styled
def figure_convergence(losses, rounds, status, front, startup):
    """Draw the hypervolume after each trial, with the rounds and the start-up trials.

    Parameters
    ----------
    losses : (trial, objective) float, in order; NaN for a trial that may not be on the front
    rounds : (trial,) int
    status : (trial,) str, without the reason
    front : (trial,) bool, on the final front
    startup : int
        Number of trials that are proposed before the search uses the results of earlier ones; 0 for none.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(ONE_COLUMN, 2.3)
    axes = figure.add_axes((0.125, 0.165, 0.855, 0.74))
    number = np.arange(1, len(losses) + 1)
    history = hypervolume_history(losses, best_and_worst(losses))
    if startup:
        last = min(startup, len(number)) + 0.5
        axes.axvspan(0.5, last, color=START, lw=0)
        axes.annotate("start-up", (last, 1.11), (-3, -2), textcoords="offset points", ha="right", va="top", color=GREY)
    for first in np.flatnonzero(np.diff(rounds)) + 1.5:
        axes.axvline(first, color=FAINT, lw=0.5, ls=(0, (2, 2)), zorder=1)
    axes.plot(number, history, color=BLUE, drawstyle="steps-post", zorder=2)
    axes.scatter(number[front], history[front], s=14, color=BLUE, zorder=3, clip_on=False, label="on the front")
    kept_out = np.array([kind != OK for kind in status], dtype=bool)
    axes.scatter(
        number[kept_out],
        np.full(kept_out.sum(), -0.035),
        marker="|",
        s=12,
        color=INK,
        linewidths=0.6,
        label="status not ok",
    )
    axes.set(xlim=(0.5, len(number) + 0.5), ylim=(-0.07, 1.12), yticks=np.linspace(0, 1, 6))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.set(xlabel="trials", ylabel="hypervolume (normalised)")
    if front.any() or kept_out.any():
        axes.legend(loc="lower right", bbox_to_anchor=(1.01, 0.98), ncols=2, borderaxespad=0, handletextpad=0.2)
    return figure
