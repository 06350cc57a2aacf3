"""Figure of what linear components make of loops: each component drawn as the loop that it stands for."""

import numpy as np

from ferrotune.figures.palette import BLUE, FAINT, VERMILLION
from ferrotune.figures.spectra_maps import axis_label
from ferrotune.figures.style import TWO_COLUMNS, new_figure, place, styled

HIGH, GAP = 0.95, 0.28  # inches
STYLES = ("-", (0, (2, 1)))  # of the loop with the component, and of that with its opposite


@styled
def figure_pitfalls(axis, loops, components, impossible, words):
    """Draw components as loops, with the band of the real loops behind them.

    Parameters
    ----------
    axis : (step,) float
    loops : (site, step) float
    components : dict of name of the reduction to (component, loop, step) float, in units of the loops
    impossible : dict of the same names to (component, loop) bool, whether it is a loop that no sample could have
    words : dict with channel, channel_unit, axis_name, axis_unit

    Returns
    -------
    matplotlib.figure.Figure
    """
    count = max(len(of) for of in components.values())
    figure = new_figure(TWO_COLUMNS, 0.45 + len(components) * (HIGH + GAP) + 0.3)
    low, high = np.percentile(loops, [5, 95], axis=0)
    wide = (TWO_COLUMNS - 0.85 - (count - 1) * GAP) / count
    for row, (name, of) in enumerate(components.items()):
        for k, component in enumerate(of):
            axes = place(figure, 0.75 + k * (wide + GAP), 0.3 + row * (HIGH + GAP), wide, HIGH)
            axes.plot(axis, low, color=FAINT, lw=0.6, zorder=0)
            axes.plot(axis, high, color=FAINT, lw=0.6, zorder=0)
            for loop, wrong, style in zip(component, impossible[name][k], STYLES, strict=False):
                axes.plot(axis, loop, color=VERMILLION if wrong else BLUE, lw=1.0, ls=style)
            wrong = impossible[name][k].any()
            axes.set_title(f"{k + 1}{': impossible' if wrong else ''}", pad=2, color=VERMILLION if wrong else "black")
            axes.margins(x=0.02)
            last = row == len(components) - 1
            axes.tick_params(labelbottom=last)
            if last:
                axes.set_xlabel(axis_label(words["axis_name"], words["axis_unit"]))
            if k == 0:
                axes.set_ylabel(f"{name}\n{axis_label(words['channel'], words['channel_unit'])}")
    return figure
