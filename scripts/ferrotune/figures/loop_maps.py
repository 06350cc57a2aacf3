"""Figure of the scores of loops on their grid: a map of each, with the walls."""

from string import ascii_uppercase

import numpy as np

from ferrotune.figures.site_maps import Ground, SiteMap, draw_rows, rows_height
from ferrotune.figures.style import TWO_COLUMNS, new_figure, styled

DIVERGING, NARROW = "RdBu_r", "PuOr_r"  # for scores; for shifts
SHOWN = 98  # percentile at the end of a colour scale


def _map(title, values, colours):
    """SiteMap of values (site,) about their median."""
    middle = np.median(values)
    far = np.percentile(np.abs(values - middle), SHOWN) or 1.0
    return SiteMap(title, values, (middle - far, middle + far), colours)


@styled
def loop_maps(scores, names, yx, mask, selected, attributes, shift=None):
    """Draw a map of each score of loops, with the walls, and of the shift.

    Parameters
    ----------
    scores : (site, r)
    names : list of str
    yx : (site, 2) px
    mask : (y, x) bool, true where there is signal
    selected : dict with path_points (point, 2) cells and point_wall (point,), of selected.zarr
    attributes : dict with cell_px and pixel_size_pm
    shift : (site, 0 or 1) steps, optional

    Returns
    -------
    matplotlib.figure.Figure
    """
    shown = [_map(name, values, DIVERGING) for name, values in zip(names, scores.T, strict=True)]
    shown += [_map("shift (steps)", values, NARROW) for values in (shift.T if shift is not None else ())]
    ground = Ground.of(yx, mask, selected, attributes)
    figure = new_figure(TWO_COLUMNS, rows_height(len(shown), ground) + 0.06)
    draw_rows(figure, shown, ground, 0.04, iter(ascii_uppercase * 2))
    return figure
