"""What all figures share: sizes, fonts, panel letters, scale bars, and files that have the same bytes each time."""

import functools
import io
import logging
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, ScaledTranslation
from matplotlib_scalebar.scalebar import ScaleBar

logging.getLogger("fontTools").setLevel(logging.WARNING)  # otherwise each table of each font gives a line in the log

ONE_COLUMN, TWO_COLUMNS = 3.5, 7.2  # inches
DPI = 250
STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters on every machine
    "font.size": 7,
    "axes.labelsize": 7,
    "axes.titlesize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "lines.linewidth": 1.0,
    "savefig.dpi": DPI,
    "pdf.fonttype": 42,  # text stays text
    "axes.unicode_minus": False,  # a true minus sign needs a second font in a PDF, which doubles its time
    "svg.hashsalt": "ferrotune",
}
# Without these a file would hold the date, and the version of matplotlib.
METADATA = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "svg": {"Date": None, "Creator": None},
}
OPTIONS = {"png": {"pil_kwargs": {"compress_level": 3}}}  # smaller than level 6 if noisy, and 3 times as fast


def styled(draw):
    """Decorate a function that makes a figure: it then uses the style of ferrotune."""

    @functools.wraps(draw)
    def in_style(*args, **kwargs):
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return in_style


def new_figure(width, height):
    """An empty Figure of width x height inches."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def place(figure, left, top, width, height):
    """New axes of width x height inches; left and top are their distances (inches) from the figure's edges."""
    across, down = figure.get_size_inches()
    return figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))


def columns_for(count, most):
    """Number of panels in a row, at most `most`, so that `count` panels leave at most one place empty if they can.

    Examples
    --------
    >>> [columns_for(count, 4) for count in (1, 2, 5, 6, 7, 10)], [columns_for(count, 3) for count in (2, 4, 8)]
    ([1, 2, 3, 3, 4, 4], [2, 2, 3])
    """
    if count <= most:
        return count
    return min(range(most, most // 2, -1), key=lambda columns: max(-count % columns, 1))


def letter(axes, name, x=0.0, y=1.0):
    """Write a panel letter at (x, y) of the axes, 3 points above it."""
    # drawn as an outline: one more font in a PDF takes longer than the rest of a small figure
    outline = TextPath((0, 3), name, size=9, prop=FontProperties(family=STYLE["font.family"], weight="bold"))
    place = Affine2D().scale(1 / 72) + axes.get_figure().dpi_scale_trans
    place += ScaledTranslation(x, y, axes.transAxes)
    axes.add_artist(PathPatch(outline, transform=place, color="black", linewidth=0, clip_on=False))


def _round_length(longest):
    """The largest of 1, 2, 5 times a power of ten that is not above `longest`."""
    power = 10.0 ** np.floor(np.log10(longest))
    return max(step * power for step in (1, 2, 5) if step * power <= longest)


def length_unit(cell_px):
    """Unit (str) of lengths in unit cells: a cell of one pixel is a point of a grid of spectra."""
    return "points" if cell_px == 1 else "cells"


def scale_bar(axes, pixel_size_pm, cell_px):
    """Draw a scale bar below axes in px: in nm if the pixel size is known, else in unit cells or points of a grid."""
    look = {
        "location": "upper right",
        "frameon": False,
        "width_fraction": 0.008,
        "border_pad": 0.1,
        "pad": 0.2,
    }
    look |= {"font_properties": {"size": 6.5}, "scale_loc": "left", "sep": 3}
    look |= {"bbox_to_anchor": (1.0, 0.0), "bbox_transform": axes.transAxes}
    width = abs(np.subtract(*axes.get_xlim()))
    if pixel_size_pm:
        length = {"fixed_value": _round_length(0.25 * width * pixel_size_pm / 1000), "fixed_units": "nm"}
        length["scale_formatter"] = lambda value, unit: f"{value:g} {unit}"
        bar = ScaleBar(pixel_size_pm / 1000, "nm", **length, **look)
    else:
        cells = _round_length(0.25 * width / cell_px)
        length = {"fixed_value": cells * cell_px, "fixed_units": "px"}
        length["scale_formatter"] = lambda value, unit: f"{cells:g} {length_unit(cell_px)}"
        bar = ScaleBar(1, "px", dimension="pixel-length", **length, **look)
    axes.add_artist(bar)


@styled
def empty_figure(reason):
    """A small Figure that says why there is nothing to draw."""
    figure = new_figure(TWO_COLUMNS / 2, 1.0)
    figure.text(0.5, 0.5, reason, ha="center", va="center")
    return figure


def render(figure, file_format, dpi=DPI):
    """Turn a figure into the bytes of a file.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    file_format : {"png", "pdf", "svg"}
    dpi : float, of a PNG

    Returns
    -------
    bytes
        The same figure gives the same bytes on any day.
    """
    file = io.BytesIO()
    with mpl.rc_context(STYLE):
        look = {"metadata": METADATA[file_format], "dpi": dpi, **OPTIONS.get(file_format, {})}
        figure.savefig(file, format=file_format, **look)
    return file.getvalue()


def save(figure, paths):
    """Write a figure to each of its paths, in the format of the path's suffix: .png, .pdf or .svg.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Made by `new_figure`, so that nothing keeps it open.
    paths : list of path
    """
    for path in map(Path, paths):
        path.write_bytes(render(figure, path.suffix[1:]))
