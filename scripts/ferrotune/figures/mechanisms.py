"""Figure of the mechanisms that a trial found: their map with its walls, and the mean spectrum of each."""

import numpy as np

from ferrotune.figures import image_axes
from ferrotune.figures.palette import FAINT, INK, domain_colour, domain_colours
from ferrotune.figures.spectra_maps import axis_label, draw_band
from ferrotune.figures.style import TWO_COLUMNS, columns_for, empty_figure, letter, new_figure, place, scale_bar, styled
from ferrotune.figures.wall_map import draw_lines, standing_paths

ACROSS, MOST = 3, 9  # spectra in a row, and at most
MAP, GAP, HIGH = 2.3, 0.42, 1.25  # inches


@styled
def figure_mechanisms(axis, spectra, numbers, selected, mask, words):
    """Draw the map of mechanisms with its walls, and the spectra of each mechanism.

    Parameters
    ----------
    axis : (step,) float
    spectra : (site, step) float, of the first channel
    numbers : (site,) int, number of the mechanism of each site, -1 where undecided
    selected : dict, arrays of selected.zarr
    mask : (row, column) bool
    words : dict with answer_words, channel, channel_unit, axis_name, axis_unit, cell_px and pixel_size_pm

    Returns
    -------
    matplotlib.figure.Figure
    """
    seen = np.unique(numbers[numbers >= 0])[:MOST]
    if not len(seen):
        return empty_figure(f"{words['answer_words']}: no mechanism")
    across = columns_for(len(seen), ACROSS)
    rows = -(-len(seen) // across)
    tall = MAP * mask.shape[0] / mask.shape[1]
    panel = max(HIGH, tall / rows - 0.35)  # no blank strip below
    height = max(tall, rows * (panel + 0.28)) + 0.75
    figure = new_figure(TWO_COLUMNS, height)
    axes = place(figure, 0.05, 0.3, MAP, tall)
    drawn = image_axes.site_map(selected["yx"], mask, words["cell_px"])
    image_axes.draw_sites(axes, *drawn, domain_colours(numbers))
    draw_lines(axes, standing_paths(selected, words["cell_px"]), color=INK, lw=1.2)
    image_axes.frame(axes, mask)
    scale_bar(axes, words["pixel_size_pm"], words["cell_px"])
    axes.set_title(words["answer_words"], pad=3)
    letter(axes, "A")
    left = MAP + 0.6
    wide = (TWO_COLUMNS - left - 0.08 - (across - 1) * GAP) / across
    low, high = np.percentile(spectra, [0.2, 99.8])
    for k, number in enumerate(seen.tolist()):
        row, column = divmod(k, across)
        axes = place(figure, left + column * (wide + GAP), 0.3 + row * (panel + 0.28), wide, panel)
        axes.plot(axis, np.median(spectra, axis=0), color=FAINT, lw=0.8, zorder=0)
        own = numbers == number
        draw_band(axes, axis, spectra[own], domain_colour(number))
        axes.set_title(f"{number + 1}: {own.sum()} sites", pad=2)
        axes.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
        axes.margins(x=0.02)
        if row == rows - 1 or k + across >= len(seen):
            axes.set_xlabel(axis_label(words["axis_name"], words["axis_unit"]))
        else:
            axes.tick_params(labelbottom=False)
        if column == 0:
            axes.set_ylabel(axis_label(words["channel"], words["channel_unit"]))
        if k == 0:
            letter(axes, "B", x=-0.3 / wide)
    return figure
