"""Figure of the films of a series over composition: image, columns, polarization, and its plane."""

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from ferrotune.figures import image_axes
from ferrotune.figures.palette import INK
from ferrotune.figures.polarization import direction_colours, draw_wheel, full_magnitude
from ferrotune.figures.style import TWO_COLUMNS, letter, new_figure, place, scale_bar, styled

ACROSS = 5  # films in a row: the compositions of the paper
LEFT, GAP = 0.42, 0.1  # inches
PITCH = (TWO_COLUMNS - LEFT) / ACROSS
WIDE = PITCH - GAP  # inches; width of a panel
TITLE, BAR, AXIS, KEY = 0.34, 0.2, 0.42, 0.75  # inches: above a film, for its scale bar, for an axis, for the wheel
ZOOM = 8  # unit cells along the side of the middle that is enlarged
TALLEST = 1.5  # height over width of a panel
FURTHEST, LEAST = 99.8, 0.01  # percentile of |P_x|, |P_y| at the edge of the plane, which shows at least 0.01 cells


@dataclass(frozen=True)
class Film:
    """One film as it is drawn.

    title: str. image, mask (y, x). yx, polarization (cell, 2) px, NaN where unknown. cell_px: float, of a unit cell;
    pixel_size_pm: float or None.
    """

    title: str
    image: np.ndarray
    mask: np.ndarray
    yx: np.ndarray
    polarization: np.ndarray
    cell_px: float
    pixel_size_pm: float | None

    @property
    def tall(self):
        """Height over width of the part with signal."""
        rows, columns = (np.ptp(np.flatnonzero(self.mask.any(axis=axis))) + 1 for axis in (1, 0))
        return min(rows / columns, TALLEST)

    @property
    def unit(self):
        """Factor from px to the unit of the polarization, and its name."""
        return (self.pixel_size_pm, "pm") if self.pixel_size_pm else (1.0, "px")


def _middle(film):
    """Rows and columns ((top, bottom), (left, right)) of the middle of the part with signal, ZOOM cells wide."""
    half, limits = ZOOM * film.cell_px / 2, []
    for axis, size in zip((1, 0), film.mask.shape, strict=True):
        first, last = np.flatnonzero(film.mask.any(axis=axis))[[0, -1]]
        middle = (first + last + 1) / 2
        limits.append((max(round(middle - half), 0), min(round(middle + half), size)))
    return limits


def _draw_image(axes, film):
    image_axes.draw_image(axes, film.image, film.mask)
    image_axes.frame(axes, film.mask)


def _draw_middle(axes, film):
    limits = _middle(film)
    image_axes.draw_image(axes, film.image, film.mask, limits=limits)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _draw_polarization(axes, film, full):
    colours = direction_colours(film.polarization, full)
    image_axes.draw_sites(axes, *image_axes.site_map(film.yx, film.mask, film.cell_px), colours)
    image_axes.frame(axes, film.mask)


def _draw_plane(axes, film, far, first):
    """Draw a point for each cell in the plane of the polarization, y down as in the image."""
    scale, unit = film.unit
    y, x = scale * film.polarization.T
    axes.axhline(0, color=INK, lw=0.4, zorder=0)
    axes.axvline(0, color=INK, lw=0.4, zorder=0)
    axes.scatter(x, y, s=1.5, c=INK, linewidths=0, alpha=0.25, rasterized=True)
    far = far * scale
    axes.set(xlim=(-far, far), ylim=(far, -far), aspect="equal", xlabel=f"P$_x$ ({unit})")
    ticks = MaxNLocator(5).tick_values(-far, far)
    ticks = ticks[np.abs(ticks) < 0.85 * far]  # further out, the numbers of neighbours touch
    axes.set(xticks=ticks, yticks=ticks)
    if first:
        axes.set_ylabel(f"P$_y$ ({unit}), down", labelpad=1)
    else:
        axes.set_yticklabels([])


def _furthest(film):
    """Largest component of the polarization, without a few outliers, unit cells."""
    parts = np.abs(film.polarization[np.isfinite(film.polarization)])
    return np.percentile(parts, FURTHEST) / film.cell_px if len(parts) else 0.0


def _draw_film(figure, film, number, top, tall, reach):
    """Draw one film: four panels, one below the other; reach: |P| of full colour and of the plane's edge, cells."""
    left = LEFT + (number % ACROSS) * PITCH
    tops = top + TITLE + np.array([0, WIDE * tall + BAR, WIDE * (tall + 1) + 2 * BAR, WIDE * (2 * tall + 1) + 3 * BAR])
    heights = WIDE * np.array([film.tall, 1, film.tall, 1])
    panels = [place(figure, left, at, WIDE, high) for at, high in zip(tops, heights, strict=True)]
    _draw_image(panels[0], film)
    _draw_middle(panels[1], film)
    _draw_polarization(panels[2], film, reach[0] * film.cell_px)
    _draw_plane(panels[3], film, reach[1] * film.cell_px, number % ACROSS == 0)
    for axes in panels[:3]:
        scale_bar(axes, film.pixel_size_pm, film.cell_px)
    panels[0].set_title(film.title, pad=3)
    if number == 0:
        for axes, name in zip(panels, "ABCD", strict=True):
            letter(axes, name, x=-0.3)


@styled
def figure_series_images(films):
    """Draw for each film its image (A), the middle of it (B), the polarization (C), and the plane of it (D).

    Parameters
    ----------
    films : list of Film, one or more, in the order in which they are drawn

    Returns
    -------
    matplotlib.figure.Figure
        The colours of the polarization have one scale, that of the film with the largest polarization in unit cells.
    """
    shares = [full_magnitude(film.polarization, film.cell_px) / film.cell_px for film in films]
    largest = int(np.argmax(shares))
    tall = max(film.tall for film in films)
    block = TITLE + WIDE * (2 * tall + 2) + 3 * BAR + AXIS
    blocks = -(-len(films) // ACROSS)
    figure = new_figure(TWO_COLUMNS, blocks * block + KEY)
    reach = shares[largest], 1.1 * max([*map(_furthest, films), LEAST])
    for number, film in enumerate(films):
        _draw_film(figure, film, number, (number // ACROSS) * block, tall, reach)
    wheel = place(figure, LEFT, blocks * block, KEY - 0.05, KEY - 0.05)
    draw_wheel(wheel, shares[largest] * films[largest].cell_px, np.nan, *films[largest].unit)
    return figure
