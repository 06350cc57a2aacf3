"""Figure of the crystals of an image that shows several."""

import numpy as np
from matplotlib.patches import Patch

from ferrotune.figures import image_axes
from ferrotune.figures.palette import INK, domain_colour
from ferrotune.figures.style import ONE_COLUMN, new_figure, scale_bar, styled

STRENGTH = 0.35  # of the colours over the image: its columns stay visible


def _label(number, share, vectors, pixel_size_pm):
    """Legend of a crystal: its share of the image, and its lattice."""
    scale, unit = (pixel_size_pm, "pm") if pixel_size_pm else (1.0, "px")
    lengths = " x ".join(f"{length * scale:.4g}" for length in np.hypot(*np.transpose(vectors)))
    return f"{number}{' (analysed)' if number == 1 else ''}: {100 * share:.0f} %, {lengths} {unit}"


@styled
def figure_grains(whole, crystals, lattices, cell_px, pixel_size_pm):
    """Draw an image with its crystals in colours.

    Parameters
    ----------
    whole : (y, x) float
    crystals : (y, x) int, number of the crystal from 1, 0 where there is none, -1 where the image is masked
    lattices : list of (2, 2) px, lattice vectors of the crystals
    cell_px : float
    pixel_size_pm : float or None

    Returns
    -------
    matplotlib.figure.Figure
    """
    tall = ONE_COLUMN + 0.25 + 0.16 * len(lattices)
    figure = new_figure(ONE_COLUMN, tall)
    axes = figure.add_axes((0.01, 1 - 0.98 * ONE_COLUMN / tall, 0.98, 0.97 * ONE_COLUMN / tall))
    image_axes.draw_image(axes, whole, crystals >= 0)
    step = max(1, max(crystals.shape) // image_axes.FINEST)
    seen = crystals[::step, ::step]
    colours = np.array([(1.0, 1.0, 1.0), *(domain_colour(number) for number in range(len(lattices)))])
    over = np.concatenate([colours[np.maximum(seen, 0)], STRENGTH * (seen >= 0)[..., None]], axis=2)
    rows, columns = (n * step for n in seen.shape)
    axes.imshow(over, extent=(-0.5, columns - 0.5, rows - 0.5, -0.5), interpolation="nearest")
    image_axes.frame(axes, crystals >= 0)
    scale_bar(axes, pixel_size_pm, cell_px)
    share = [(crystals == number).sum() / (crystals >= 0).sum() for number in range(len(lattices) + 1)]
    texts = [_label(number, share[number], vectors, pixel_size_pm) for number, vectors in enumerate(lattices, start=1)]
    marks = [Patch(facecolor=colours[number], label=text) for number, text in enumerate(texts, start=1)]
    if share[0]:
        marks.append(
            Patch(facecolor=colours[0], edgecolor=INK, linewidth=0.5, label=f"no crystal: {100 * share[0]:.0f} %")
        )
    axes.legend(handles=marks, loc="upper left", bbox_to_anchor=(0.0, -0.01), borderaxespad=0.0)
    return figure
