"""Figure of a grid of spectra: a map, and all spectra of each channel as a density with the mean."""

import numpy as np

from ferrotune.figures import image_axes
from ferrotune.figures.palette import INK, VERMILLION
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, place, scale_bar, styled
from ferrotune.loops.branches import falling

MOST = 3  # channels that are drawn
SHARES = (5, 25, 75, 95)  # percentiles of the sites at each step
PANEL, LEFT, GAP, HIGH = 1.75, 0.45, 0.55, 1.6  # inches


def axis_label(name, unit):
    """Label of an axis: its name, with the unit in brackets where there is one.

    Examples
    --------
    >>> axis_label("voltage", "V"), axis_label("step", "")
    ('voltage (V)', 'step')
    """
    return f"{name} ({unit})" if unit else name


def draw_band(axes, axis, spectra, colour, shares=SHARES):
    """Draw the median of spectra (site, step) over the axis (step,), and bands that hold most of them, by branch."""
    down = falling(axis)
    levels = np.percentile(spectra, shares, axis=0)
    middle = np.median(spectra, axis=0)
    for branch in (down, ~down):
        steps = np.flatnonzero(branch)
        if len(steps):
            # a branch begins where the other ends
            steps = np.union1d(steps, steps[:1] - 1) if steps[0] else steps
            for k in range(len(shares) // 2):
                low, high = levels[k][steps], levels[-1 - k][steps]
                axes.fill_between(axis[steps], low, high, color=colour, alpha=0.22, lw=0)
    axes.plot(np.append(axis, axis[:1]) if down.any() else axis, _closed(middle, down), color=colour, lw=1.1)


def _closed(values, down):
    """Values with the first again at the end, where they are those of a loop."""
    return np.append(values, values[:1]) if down.any() else values


@styled
def figure_spectra(picture, mask, axis, spectra, words, scale):
    """Draw a map of a grid of spectra, and the spectra of each channel.

    Parameters
    ----------
    picture : (row, column) float
    mask : (row, column) bool, sites in use
    axis : (step,) float
    spectra : (channel, site, step) float
    words : dict with picture (str), channels, channel_units (lists of str), axis_name, axis_unit
    scale : dict with cell_px and pixel_size_pm (or None)

    Returns
    -------
    matplotlib.figure.Figure
    """
    count = min(len(spectra), MOST)
    tall = PANEL * mask.shape[0] / mask.shape[1]
    figure = new_figure(TWO_COLUMNS, max(tall, HIGH) + 0.75)
    axes = place(figure, 0.1, 0.3, PANEL, tall)
    values = np.where(mask, picture, np.nan)
    shown = axes.imshow(values, cmap="cividis", vmin=np.nanpercentile(values, 1), vmax=np.nanpercentile(values, 99))
    image_axes.frame(axes, mask)
    axes.set_title(words["picture"], pad=3)
    bar = figure.colorbar(shown, cax=axes.inset_axes((0.0, -0.09, 0.55, 0.035)), orientation="horizontal")
    bar.outline.set_linewidth(0.4)
    scale_bar(axes, scale["pixel_size_pm"], scale["cell_px"])
    letter(axes, "A")
    wide = (TWO_COLUMNS - PANEL - 0.2 - count * GAP) / count
    for k in range(count):
        axes = place(figure, PANEL + 0.15 + GAP + k * (wide + GAP), 0.3, wide, max(tall, HIGH) - 0.1)
        draw_band(axes, axis, spectra[k], INK if k == 0 else VERMILLION)
        axes.set_xlabel(axis_label(words["axis_name"], words["axis_unit"]))
        axes.set_title(axis_label(words["channels"][k], words["channel_units"][k]), pad=3)
        axes.margins(x=0.02)
        letter(axes, "BCD"[k])
    return figure
