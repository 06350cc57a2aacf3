"""Figures of generated loops: along each score with real loops behind, and for several betas."""

from string import ascii_uppercase

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from ferrotune.figures.palette import FAINT
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, place, styled

ACROSS = 4  # panels in a row
BEHIND = 60  # real loops that are drawn behind generated ones
COLOURS = "viridis"  # from the lowest score to the highest
LEFT, RIGHT, TOP, BELOW = 0.5, 0.62, 0.24, 0.34  # inches around the panels
GAP, HEIGHT = 0.12, 1.25  # inches between panels, and their height
NAMES = 0.14  # inches above the rows of several betas, for the names of the scores
UNUSED = 0.02  # of the largest change of a loop along a score, below which the score is not used


def _closed(axis, loops):
    """Axis (step + 1,) and loops (n, step + 1) whose last step is the first one again: one cycle."""
    return np.append(axis, axis[:1]), np.concatenate([loops, loops[:, :1]], axis=1)


def _behind(real):
    """Some of the real loops (site, step), the same each time, evenly among the sites."""
    return real[np.linspace(0, len(real) - 1, min(len(real), BEHIND)).astype(int)]


def _limits(real):
    """Limits of the response that hold nearly all real loops, with some room."""
    low, high = np.percentile(real, [0.2, 99.8])
    room = 0.12 * (high - low)
    return low - room, high + room


def _draw(axes, voltage, real, generated, limits, colours):
    """Draw generated loops (point, step), coloured from the first to the last, over real loops."""
    at, behind = _closed(voltage, _behind(real))
    axes.plot(at, behind.T, color=FAINT, lw=0.3, alpha=0.5, zorder=1, rasterized=True)
    at, loops = _closed(voltage, generated)
    for share, loop in zip(np.linspace(0, 1, len(loops)), loops, strict=True):
        axes.plot(at, loop, color=colours(share), lw=0.9, zorder=2)
    axes.set(xlim=(at.min(), at.max()), ylim=limits)
    axes.margins(0)


def _used(traversals):
    """Whether the loop changes along each score, (score,) bool, of loops (score, point, step)."""
    change = np.ptp(traversals, axis=1).max(axis=1)
    return change > UNUSED * change.max()


def _bar(figure, top, height, colours, label):
    """Colour bar right of the panels."""
    bar = place(figure, TWO_COLUMNS - RIGHT + 0.08, top, 0.07, height)
    figure.colorbar(ScalarMappable(Normalize(2, 98), colours), cax=bar, ticks=(2, 50, 98)).outline.set_linewidth(0.4)
    bar.set_ylabel(label, labelpad=1)


@styled
def loop_traversals(traversals, places, real, voltage, names, units=("V", "")):
    """Draw the loops that a reduction generates along each of its scores, with real loops behind.

    Parameters
    ----------
    traversals : (score, point, step), generated loops
    places : (score, point), the score of each
    real : (site, step)
    voltage : (step,)
    names : list of str, of the scores
    units : (str, str), of the voltage and of the response

    Returns
    -------
    matplotlib.figure.Figure
        A score along which the loop does not change is not drawn.
    """
    import matplotlib as mpl

    colours, used = mpl.colormaps[COLOURS], np.flatnonzero(_used(traversals))
    rows = -(-len(used) // ACROSS)
    wide = (TWO_COLUMNS - LEFT - RIGHT - (ACROSS - 1) * GAP) / ACROSS
    figure, limits = new_figure(TWO_COLUMNS, rows * (TOP + HEIGHT) + BELOW + 0.04), _limits(real)
    for n, score in enumerate(used.tolist()):
        row, column = divmod(n, ACROSS)
        axes = place(figure, LEFT + column * (wide + GAP), TOP + row * (TOP + HEIGHT), wide, HEIGHT)
        _draw(axes, voltage, real, traversals[score], limits, colours)
        low, high = places[score][[0, -1]]
        axes.set_title(f"{names[score]}, {low:.2g} to {high:.2g}", pad=3, loc="right")
        last = n + ACROSS >= len(used)
        axes.tick_params(labelleft=column == 0, labelbottom=last)
        if last:
            axes.set_xlabel(f"voltage ({units[0]})", labelpad=1)
        if column == 0:
            axes.set_ylabel("response" + (f" ({units[1]})" if units[1] else ""), labelpad=2)
        letter(axes, ascii_uppercase[n % 26])
    _bar(figure, TOP, HEIGHT, colours, "percentile of the sites")
    return figure


@styled
def loop_betas(betas, losses, traversals, real, voltage, names, units=("V", "")):
    """Draw the loops along the scores of one model for several betas: a row each, as small multiples.

    Parameters
    ----------
    betas : (beta,)
    losses : (beta, 3), total loss, mean squared error, and divergence
    traversals : (beta, score, point, step)
    real, voltage, names, units : as in `loop_traversals`

    Returns
    -------
    matplotlib.figure.Figure
        The columns are the first scores; a score that is not used at a beta is one line there.
    """
    import matplotlib as mpl

    colours, shown = mpl.colormaps[COLOURS], min(traversals.shape[1], 6)
    wide = (TWO_COLUMNS - LEFT - RIGHT - (shown - 1) * GAP) / shown
    tall = 0.8 * HEIGHT
    figure, limits = new_figure(TWO_COLUMNS, len(betas) * (TOP + tall) + BELOW + 0.2), _limits(real)
    for row, (beta, (loss, error, divergence)) in enumerate(zip(betas, losses, strict=True)):
        top = TOP + NAMES + row * (TOP + tall)
        for score in range(shown):
            axes = place(figure, LEFT + score * (wide + GAP), top, wide, tall)
            _draw(axes, voltage, real, traversals[row, score], limits, colours)
            axes.tick_params(labelleft=score == 0, labelbottom=row == len(betas) - 1)
            if row == len(betas) - 1:
                axes.set_xlabel(f"voltage ({units[0]})", labelpad=1)
            if score == 0:
                axes.set_ylabel("response" + (f" ({units[1]})" if units[1] else ""), labelpad=2)
                said = f"$\\beta$ {beta:.3g}: loss {loss:.3g}, error {error:.3g}, divergence {divergence:.2g} nats"
                axes.text(0, 1.04, said, transform=axes.transAxes, va="bottom", fontsize=6.5)
                letter(axes, ascii_uppercase[row], x=-0.42)
            if row == 0:
                axes.set_title(names[score], pad=14)
    _bar(figure, TOP + NAMES, tall, colours, "percentile")
    return figure
