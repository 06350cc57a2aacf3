"""Maps of a value at each site, in rows: each map with its colour bar and with the domain walls."""

from dataclasses import dataclass

import numpy as np

from ferrotune.figures import image_axes
from ferrotune.figures.palette import INK
from ferrotune.figures.style import TWO_COLUMNS, letter, place, scale_bar
from ferrotune.figures.wall_map import draw_lines, standing_paths

ACROSS = 3  # maps in a row
PITCH = TWO_COLUMNS / ACROSS  # inches
WIDE = 1.82  # inches; the rest of the pitch is for the colour bar
ABOVE, BELOW = 0.24, 0.2  # inches; for the title, and for a scale bar
TALLEST = 1.5  # height over width
FINEST = 600  # samples along the longer side, about the dots of a printed map
CASING = {"color": "white", "lw": 1.5}  # a white line under each wall, so that it is seen on dark colours


@dataclass(frozen=True)
class SiteMap:
    """What one map shows: values (site,), and their colours."""

    title: str
    values: np.ndarray
    limits: tuple
    cmap: str
    extend: str = "both"
    ticks: tuple | None = None


@dataclass(frozen=True)
class Ground:
    """What the maps of a figure share: sites (`drawn`, from `image_axes.site_map`), mask, walls and scale."""

    drawn: tuple
    mask: np.ndarray
    paths: list
    cell_px: float
    pixel_size_pm: float | None

    @classmethod
    def of(cls, yx, mask, selected, attributes):
        """Make the ground from sites yx (site, 2) px of an image and the walls of selected.zarr."""
        cell_px = attributes["cell_px"]
        drawn = image_axes.site_map(yx, mask, cell_px, FINEST)
        return cls(drawn, mask, standing_paths(selected, cell_px), cell_px, attributes["pixel_size_pm"])

    @property
    def tall(self):
        """Height of a map divided by its width."""
        rows, columns = (np.ptp(np.flatnonzero(self.mask.any(axis=axis))) for axis in (1, 0))
        return min(rows / max(columns, 1), TALLEST)

    def finish(self, axes, name):
        """Draw the walls on a map, and its panel letter."""
        draw_lines(axes, self.paths, **CASING)
        draw_lines(axes, self.paths, color=INK, lw=0.6)
        letter(axes, name)


def rows_height(count, ground):
    """Height (inches) that `count` maps need."""
    return -(-count // ACROSS) * (ABOVE + WIDE * ground.tall + BELOW)


def draw_rows(figure, shown, ground, top, names):
    """Draw maps in rows.

    Parameters
    ----------
    figure : matplotlib Figure, two columns wide
    shown : list of SiteMap
    ground : Ground
    top : float, inches from the figure's upper edge
    names : iterator of panel letters
    """
    for i, one in enumerate(shown):
        row, column = divmod(i, ACROSS)
        down = top + rows_height(row * ACROSS, ground) + ABOVE
        axes = place(figure, 0.02 + column * PITCH, down, WIDE, WIDE * ground.tall)
        image_axes.frame(axes, ground.mask)
        look = (one.limits, one.cmap, "", one.extend, one.ticks)
        image_axes.draw_with_bar(figure, axes, ground.drawn, one.values, *look)
        ground.finish(axes, next(names))
        axes.set_title(one.title, pad=3)
        if i == 0:
            scale_bar(axes, ground.pixel_size_pm, ground.cell_px)
