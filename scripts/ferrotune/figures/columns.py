"""Figure of the atomic columns that were found in an image."""

import numpy as np
from matplotlib.patches import Rectangle

from ferrotune.figures import image_axes
from ferrotune.figures.palette import ORANGE, SKY, VERMILLION
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, scale_bar, styled

ZOOM = 12  # unit cells along a side of the magnified part
SUBLATTICES = ((0, "A", "o", ORANGE), (1, "B", "s", SKY), (-1, "neither", "x", VERMILLION))


def _zoom_window(yx, shape, cell_px):
    """Rows and columns (px, ends not included) of 12 x 12 cells around the column nearest to the middle."""
    side = min(round(ZOOM * cell_px), *shape)
    middle = yx[np.argmin(np.hypot(*(yx - yx.mean(axis=0)).T))] if len(yx) else np.array(shape) / 2
    first = np.clip(np.round(middle - side / 2).astype(int), 0, np.array(shape) - side)
    return tuple((int(start), int(start) + side) for start in first)


def _errors(sigma_yx, sublattice, pixel_size_pm):
    """Text on the median standard error (1 sigma) of a position along an axis, for each sublattice."""
    scale, unit = (pixel_size_pm, "pm") if pixel_size_pm else (1.0, "px")
    digits = 1 if pixel_size_pm else 3
    found = [(name, sigma_yx[sublattice == number]) for number, name, *_ in SUBLATTICES[:2]]
    texts = [f"{name} {np.nanmedian(sigma) * scale:.{digits}f} {unit}" for name, sigma in found if len(sigma)]
    return "standard error of a position: " + ", ".join(texts) if texts else "no columns found"


def _mark(axes, yx, sublattice, window):
    """Mark the columns in a window; to draw those outside it as well would only take time."""
    shown = ((yx >= np.min(window, axis=1) - 1) & (yx <= np.max(window, axis=1))).all(axis=1)
    for number, name, marker, colour in SUBLATTICES:
        of = yx[shown & (sublattice == number)]
        if len(of):
            face = {"color": colour} if marker == "x" else {"edgecolors": colour, "facecolors": "none"}
            axes.scatter(of[:, 1], of[:, 0], s=20, marker=marker, linewidths=1.0, label=name, **face)


@styled
def figure_columns(image, mask, yx, sigma_yx, sublattice, cell_px, pixel_size_pm):
    """Draw the image with its mask, and a part of it with the columns marked.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    yx, sigma_yx : (column, 2) px
    sublattice : (column,) int, 0 = A, 1 = B, -1 = neither
    cell_px : float
    pixel_size_pm : float or None

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(TWO_COLUMNS, 3.85)
    whole, part = figure.add_axes((0.005, 0.07, 0.488, 0.87)), figure.add_axes((0.508, 0.07, 0.488, 0.87))
    image_axes.draw_image(whole, image, mask)
    image_axes.frame(whole, mask)
    scale_bar(whole, pixel_size_pm, cell_px)
    (top, bottom), (left, right) = window = _zoom_window(yx, image.shape, cell_px)
    whole.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, ec=ORANGE, lw=1.2))
    image_axes.draw_image(part, image, mask, limits=window)
    _mark(part, yx, sublattice, window)
    part.set(xlim=(left - 0.5, right - 0.5), ylim=(bottom - 0.5, top - 0.5), xticks=[], yticks=[])
    part.spines[:].set(visible=True, color=ORANGE, linewidth=1.2)
    scale_bar(part, pixel_size_pm, cell_px)
    if len(yx):
        part.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.2, handletextpad=0.1)
    part.text(0.0, -0.02, _errors(sigma_yx, sublattice, pixel_size_pm), transform=part.transAxes, va="top")
    count = ", ".join(f"{(sublattice == number).sum()} {name}" for number, name, *_ in SUBLATTICES)
    whole.text(0.0, -0.02, f"columns: {count}", transform=whole.transAxes, va="top")
    letter(whole, "A")
    letter(part, "B")
    return figure
