"""One look for all figures: sizes, type, colours, panel letters, scale bars, and bytes that repeat."""

import functools
import io

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib_scalebar.scalebar import ScaleBar

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
    "svg.hashsalt": "ferrotune",
}
# Without these the bytes would carry the date and the versions of the day.
METADATA = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "svg": {"Date": None, "Creator": None},
}

# Okabe and Ito's colours, told apart with any colour vision (https://jfly.uni-koeln.de/color/).
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILLION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#999999"
INK, FAINT = "#222222", "#BBBBBB"
DOMAINS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW, GREY)
NOWHERE = "#FFFFFF"  # outside the sites


def _lighter(colour, share):
    return tuple(1 - (1 - part) * share for part in to_rgb(colour))


def domain_colour(number):
    """Colour (r, g, b) in 0 ... 1 of domain `number`, 0 and up; after eight they come again, lighter."""
    return _lighter(DOMAINS[number % len(DOMAINS)], 0.5 ** (number // len(DOMAINS)))


def styled(draw):
    """Decorate a function that makes a figure: it is made in ferrotune's style."""

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


def letter(axes, name, x=0.0, y=1.0):
    """Write a panel letter above the upper left corner of the axes, shifted by (x, y - 1) of their size."""
    axes.annotate(
        name, (x, y), (0, 3), "axes fraction", "offset points", fontsize=9, fontweight="bold", va="bottom"
    )


def scale_bar(axes, pixel_size_pm, cell_px, location="lower right"):
    """Draw a scale bar on axes in px: in nm where the pixel size is known, else 10 unit cells long."""
    look = {"location": location, "box_alpha": 0.75, "height_fraction": 0.012, "border_pad": 0.4, "pad": 0.3}
    look |= {"font_properties": {"size": 6.5}, "scale_loc": "top", "sep": 2}
    if pixel_size_pm:
        bar = ScaleBar(pixel_size_pm / 1000, "nm", length_fraction=0.25, **look)
    else:
        label = {"fixed_value": 10 * cell_px, "fixed_units": "px"}
        label["label_formatter"] = lambda value, unit: "10 unit cells"
        bar = ScaleBar(1, "px", dimension="pixel-length", **label, **look)
    axes.add_artist(bar)


def render(figure, file_format):
    """The figure as the bytes of a file.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    file_format : {"png", "pdf", "svg"}

    Returns
    -------
    bytes
        The same for the same figure, on any day.
    """
    file = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure.savefig(file, format=file_format, metadata=METADATA[file_format])
    return file.getvalue()
