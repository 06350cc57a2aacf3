"""Figure of the strain of unit cells: tetragonality, rotation and shear."""

import numpy as np

from ferrotune.figures import image_axes
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, scale_bar, styled

LEAST_SPAN = 1e-4  # of a ratio or an angle in radians; a map of a perfect crystal has no contrast


def _panel(figure, place, drawn, mask, values, label, error):
    """One map about its median, with the standard error of a cell below it."""
    axes = figure.add_axes((*place, 0.235, 0.72))
    image_axes.frame(axes, mask)
    low, middle, high = np.nanpercentile(values, [2, 50, 98])
    far = max(high - middle, middle - low, LEAST_SPAN)
    image_axes.draw_with_bar(figure, axes, drawn, values, (middle - far, middle + far), "PuOr", label)
    axes.text(0.0, -0.03, f"one cell: ± {error:.2g}", transform=axes.transAxes, va="top")
    return axes


@styled
def figure_strain(yx, b_over_a, rotation, strain, b_over_a_sigma, rotation_sigma, mask, cell_px, pixel_size_pm):
    """Draw tetragonality, rotation and shear of every unit cell.

    Parameters
    ----------
    yx : (cell, 2) px
    b_over_a, b_over_a_sigma : (cell,)
    rotation, rotation_sigma : (cell,) degrees
    strain : (cell, 3), along a, along b, shear
    mask : (y, x) bool, true where there is signal
    cell_px : float
    pixel_size_pm : float or None

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(TWO_COLUMNS, 2.4)
    drawn = image_axes.site_map(yx, mask, cell_px)
    turn = float(np.nanmedian(rotation_sigma)) if np.isfinite(rotation_sigma).any() else np.nan
    ratio = float(np.nanmedian(b_over_a_sigma)) if np.isfinite(b_over_a_sigma).any() else np.nan
    panels = (
        (b_over_a, "b / a", ratio),
        (rotation, "rotation (°)", turn),
        (100 * strain[:, 2], "shear strain (%)", 100 * np.radians(turn)),
    )
    for n, (values, label, error) in enumerate(panels):
        axes = _panel(figure, (0.01 + 0.335 * n, 0.18), drawn, mask, values, label, error)
        letter(axes, "ABC"[n])
        if n == 0:
            scale_bar(axes, pixel_size_pm, cell_px)
    return figure
