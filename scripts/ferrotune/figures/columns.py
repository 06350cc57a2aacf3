"""Figure of the atomic columns that were found in an image, in its middle and where they are least to be trusted."""

import numpy as np
from matplotlib.patches import Rectangle

from ferrotune.figures import image_axes
from ferrotune.figures.palette import ORANGE, PURPLE, SKY, VERMILLION
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, place, scale_bar, styled
from ferrotune.figures.worst_places import OFF, lattice_misfit, relative_errors, worst_window

ZOOM = 12  # unit cells along a side of a magnified part
SUBLATTICES = ((0, "A", "o", ORANGE), (1, "B", "s", SKY), (-1, "neither", "x", VERMILLION))
FRAMES = ORANGE, VERMILLION, PURPLE  # of the magnified parts, and of their places in the image
SIDE, LEFT, TOP, PITCH = 3.45, (0.04, 3.71), 0.22, 3.86  # inches; of the panels


def _zoom_side(shape, cell_px):
    """Side (px) of a magnified part: 12 cells, or the whole image."""
    return min(round(ZOOM * cell_px), *shape)


def _middle_window(yx, shape, cell_px):
    """Rows and columns (px, ends not included) of 12 x 12 cells around the column nearest to the middle."""
    side = _zoom_side(shape, cell_px)
    middle = yx[np.argmin(np.hypot(*(yx - yx.mean(axis=0)).T))] if len(yx) else np.array(shape) / 2
    first = np.clip(np.round(middle - side / 2).astype(int), 0, np.array(shape) - side)
    return tuple((int(start), int(start) + side) for start in first)


def _errors(sigma_yx, sublattice, pixel_size_pm):
    """Text on the median standard error (1 sigma) of a position along an axis, for each sublattice."""
    scale, unit = (pixel_size_pm, "pm") if pixel_size_pm else (1.0, "px")
    digits = 1 if pixel_size_pm else 3
    found = [(name, sigma_yx[sublattice == number]) for number, name, *_ in SUBLATTICES[:2]]
    texts = [f"{name} {np.nanmedian(sigma) * scale:.{digits}f} {unit}" for name, sigma in found if len(sigma)]
    return "error of a position: " + ", ".join(texts) if texts else "no columns found"


def _inside(yx, window):
    """Whether each column (column,) lies in a window, or at most a pixel beside it."""
    return ((yx >= np.min(window, axis=1) - 1) & (yx <= np.max(window, axis=1))).all(axis=1)


def _mark(axes, yx, sublattice, window):
    """Mark the columns in a window; to draw those outside it as well would only take time."""
    shown = _inside(yx, window)
    for number, name, marker, colour in SUBLATTICES:
        of = yx[shown & (sublattice == number)]
        if len(of):
            face = {"color": colour} if marker == "x" else {"edgecolors": colour, "facecolors": "none"}
            axes.scatter(of[:, 1], of[:, 0], s=20, marker=marker, linewidths=1.0, label=name, **face)


def _draw_zoom(axes, image, mask, yx, sublattice, window, colour):
    """Draw a part of the image with its columns marked."""
    (top, bottom), (left, right) = window
    image_axes.draw_image(axes, image, mask, limits=window)
    _mark(axes, yx, sublattice, window)
    axes.set(xlim=(left - 0.5, right - 0.5), ylim=(bottom - 0.5, top - 0.5), xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=colour, linewidth=1.4)


def _parts(yx, sigma_yx, sublattice, lattice, mask, cell_px):
    """Magnified parts: (title, window, text) of the middle, of the least regular place, of the largest errors."""
    side, shape = _zoom_side(mask.shape, cell_px), mask.shape
    parts = [("the middle", _middle_window(yx, shape, cell_px), "")]
    if lattice is None or not len(yx):
        return parts
    misfit = lattice_misfit(yx, sublattice, lattice, mask)
    error = relative_errors(sigma_yx, sublattice)
    taken = []
    for title, values in (("least regular", misfit), ("least certain", error)):
        window = worst_window(yx, values, side, shape, taken)
        if window is None:
            continue
        taken.append(window)
        inside = _inside(yx, window)
        words = f"{(misfit[inside] > OFF).sum()} of {inside.sum()} columns off their lattice"
        if values is error and np.isfinite(error[inside]).any():
            words = f"errors {np.nanmean(error[inside]):.1f} times the median"
        parts.append((title, window, words))
    return parts


@styled
def figure_columns(image, mask, yx, sigma_yx, sublattice, cell_px, pixel_size_pm, lattice=None):
    """Draw the image with its mask, and parts of it with the columns marked.

    The parts are the middle, the place whose columns fit least to the lattice of their neighbours (false and missing
    columns), and the place with the largest errors. One of them may be in a corner that nobody looks at.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    yx, sigma_yx : (column, 2) px
    sublattice : (column,) int, 0 = A, 1 = B, -1 = neither
    cell_px : float
    pixel_size_pm : float or None
    lattice : (2, 2) px, optional
        The vectors a and b; without them only the middle is magnified.

    Returns
    -------
    matplotlib.figure.Figure
    """
    parts = _parts(yx, sigma_yx, sublattice, lattice, mask, cell_px)
    figure = new_figure(TWO_COLUMNS, PITCH * (1 + (len(parts) > 1)))
    whole = place(figure, LEFT[0], TOP, SIDE, SIDE)
    image_axes.draw_image(whole, image, mask)
    image_axes.frame(whole, mask)
    whole.set_anchor("N")
    scale_bar(whole, pixel_size_pm, cell_px)
    for n, ((title, window, words), colour) in enumerate(zip(parts, FRAMES, strict=False), start=1):
        (top, bottom), (left, right) = window
        whole.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, ec="white", lw=2.2))
        whole.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, ec=colour, lw=1.4))
        axes = place(figure, LEFT[n % 2], TOP + PITCH * (n // 2), SIDE, SIDE)
        _draw_zoom(axes, image, mask, yx, sublattice, window, colour)
        scale_bar(axes, pixel_size_pm, cell_px)
        letter(axes, "ABCD"[n])
        axes.annotate(title, (0, 1), (14, 4), "axes fraction", "offset points", va="bottom")
        text = _errors(sigma_yx, sublattice, pixel_size_pm) if n == 1 else words
        axes.text(0.0, -0.02, text, transform=axes.transAxes, va="top")
        if n == 1 and len(yx):
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.2, handletextpad=0.1)
    count = ", ".join(f"{(sublattice == number).sum()} {name}" for number, name, *_ in SUBLATTICES)
    whole.text(0.0, -0.02, f"columns: {count}", transform=whole.transAxes, va="top")
    letter(whole, "A")
    return figure
