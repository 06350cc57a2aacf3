"""Figures of generated loops: along each score with real loops behind, and for several betas."""

from string import ascii_uppercase

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from ferrotune.figures.palette import FAINT
from ferrotune.figures.spectra_maps import axis_label
from ferrotune.figures.style import TWO_COLUMNS, columns_for, letter, new_figure, place, styled

ACROSS = 4  # panels in a row
BEHIND = 60  # real loops that are drawn behind generated ones
COLOURS = "viridis"  # from the lowest score to the highest
LEFT, RIGHT, TOP, BELOW = 0.5, 0.62, 0.24, 0.34  # inches around the panels
GAP, HEIGHT = 0.12, 1.25  # inches between panels, and their height
NAMES = 0.14  # inches above the rows of several betas, for the names of the scores
WIDEST, NARROWEST = 1.7, 3.9  # inches: a panel, and a figure, which has to hold the words above a row
NOTHING = 0.01  # nats, below which a latent variable says nothing of the loops, as in `ferrotune.loop_vae.encoding`
UNUSED = 0.1  # of the largest change of a loop along a score, below which nobody could see the change. Ours


def labels_of(words, setting):
    """Labels of the axes of generated spectra, from the words of a store (dict) and the setting of a trial (dict).

    Examples
    --------
    >>> words = {"axis_name": "voltage", "axis_unit": "V", "channels": ["response"], "channel_units": ["pm"]}
    >>> labels_of(words, {"channel": "response", "form": "raw"})
    ('voltage (V)', 'response (pm)')
    >>> labels_of(words, {"channel": "all", "form": "normalised"})
    ('voltage (V)', 'response, normalised')
    """
    names = words["channels"]
    place = names.index(setting["channel"]) if setting["channel"] in names else 0
    unit = words["channel_units"][place]
    normalised = setting["form"] == "normalised"
    of_channel = f"{names[place]}, normalised" if normalised else axis_label(names[place], unit)
    return axis_label(words["axis_name"], words["axis_unit"]), of_channel


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
    return change >= UNUSED * change.max()


def _widths(across):
    """Width of a panel, and of a figure that has so many in a row, inches."""
    wide = min((TWO_COLUMNS - LEFT - RIGHT - (across - 1) * GAP) / across, WIDEST)
    return wide, max(LEFT + across * (wide + GAP) - GAP + RIGHT, NARROWEST)


def _bar(figure, top, height, colours, label, left):
    """Colour bar right of the panels; `left` is its distance from the figure's left edge, inches."""
    bar = place(figure, left, top, 0.07, height)
    figure.colorbar(ScalarMappable(Normalize(2, 98), colours), cax=bar, ticks=(2, 50, 98)).outline.set_linewidth(0.4)
    bar.set_ylabel(label, labelpad=1)


@styled
def loop_traversals(traversals, places, real, voltage, names, labels=("voltage (V)", "response")):
    """Draw the loops that a reduction generates along each of its scores, with real loops behind.

    Parameters
    ----------
    traversals : (score, point, step), generated loops
    places : (score, point), the score of each
    real : (site, step)
    voltage : (step,)
    names : list of str, of the scores
    labels : (str, str), of the two axes

    Returns
    -------
    matplotlib.figure.Figure
        A score along which the loop hardly changes is not drawn.
    """
    import matplotlib as mpl

    colours, used = mpl.colormaps[COLOURS], np.flatnonzero(_used(traversals))
    across = columns_for(len(used), ACROSS)
    rows, (wide, total) = -(-len(used) // across), _widths(across)
    figure, limits = new_figure(total, rows * (TOP + HEIGHT) + BELOW + 0.04), _limits(real)
    for n, score in enumerate(used.tolist()):
        row, column = divmod(n, across)
        axes = place(figure, LEFT + column * (wide + GAP), TOP + row * (TOP + HEIGHT), wide, HEIGHT)
        _draw(axes, voltage, real, traversals[score], limits, colours)
        low, high = places[score][[0, -1]]
        axes.set_title(f"{names[score]}, {low:.2g} to {high:.2g}", pad=3, loc="right")
        last = n + across >= len(used)
        axes.tick_params(labelleft=column == 0, labelbottom=last)
        if last:
            axes.set_xlabel(labels[0], labelpad=1)
        if column == 0:
            axes.set_ylabel(labels[1], labelpad=2)
        letter(axes, ascii_uppercase[n % 26])
    _bar(figure, TOP, HEIGHT, colours, "percentile of the sites", LEFT + across * (wide + GAP) - GAP + 0.08)
    return figure


def _said_of_beta(beta, losses, own):
    """Text above the row of a beta: its losses (3,), and whether it is that of the selected trial."""
    loss, error, divergence = losses
    said = f"$\\beta$ {beta:.3g}: loss {loss:.3g}, error {error:.3g}, mean divergence {divergence:.2g} nats"
    return said + (" (selected)" if beta == own else "")


@styled
def loop_betas(
    betas, losses, traversals, real, voltage, names, labels=("voltage (V)", "response"), says=None, own=None
):
    """Draw the loops along the leading latent variables for several betas: a row each, as small multiples.

    Parameters
    ----------
    betas : (beta,)
    losses : (beta, 3), total loss, mean squared error, and divergence
    traversals : (beta, column, point, step)
    real, voltage, labels : as in `loop_traversals`
    names : list of str, of the columns
    says : (beta, column) nats, optional
        What each variable says of the loops at each beta: its divergence from the prior. One that says nothing is
        named so.
    own : float, the beta of the selected trial, optional

    Returns
    -------
    matplotlib.figure.Figure
    """
    import matplotlib as mpl

    colours, shown = mpl.colormaps[COLOURS], traversals.shape[1]
    tall, (wide, total) = 0.8 * HEIGHT, _widths(shown)
    figure, limits = new_figure(total, len(betas) * (TOP + tall) + BELOW + 0.2), _limits(real)
    for row, beta in enumerate(betas):
        top = TOP + NAMES + row * (TOP + tall)
        for column in range(shown):
            axes = place(figure, LEFT + column * (wide + GAP), top, wide, tall)
            _draw(axes, voltage, real, traversals[row, column], limits, colours)
            axes.tick_params(labelleft=column == 0, labelbottom=row == len(betas) - 1)
            if says is not None:
                words = f"{says[row, column]:.2g} nats" if says[row, column] >= NOTHING else "says nothing"
                axes.text(0.98, 0.03, words, transform=axes.transAxes, ha="right", va="bottom", fontsize=6)
            if row == len(betas) - 1:
                axes.set_xlabel(labels[0], labelpad=1)
            if column == 0:
                said = _said_of_beta(beta, losses[row], own)
                axes.text(0, 1.04, said, transform=axes.transAxes, va="bottom", fontsize=6.5)
                letter(axes, ascii_uppercase[row], x=-0.3 / wide)
            if row == 0:
                axes.set_title(names[column], pad=14)
    middle = (TOP + NAMES + 0.5 * (len(betas) * (TOP + tall) - TOP)) / figure.get_figheight()
    figure.text(0.09 / total, 1 - middle, labels[1], rotation=90, ha="center", va="center")  # once: it is long
    _bar(figure, TOP + NAMES, tall, colours, "percentile", LEFT + shown * (wide + GAP) - GAP + 0.08)
    return figure
