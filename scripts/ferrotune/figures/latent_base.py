"""What all figures of latent variables share: names, the key of the labels, the figure if there is no model."""

import functools

import numpy as np
from matplotlib.lines import Line2D

from ferrotune.figures.palette import domain_colour
from ferrotune.figures.style import empty_figure, styled

MOST = 7  # labels in a key


def variable_name(n):
    """The name of latent variable n, counted from 1, as figures write it."""
    return f"z$_{n}$"


def label_key(figure, labels, left=None, right=None, top=0.0):
    """Draw a line with the colour of each label.

    Parameters
    ----------
    figure : matplotlib Figure
    labels : (site,) int, negative for no label
    left, right : float
        Distance (inches) from the left or from the right edge of the figure; one of the two is given.
    top : float, inches from the figure's upper edge
    """
    shown = np.unique(labels[labels >= 0]).tolist()
    keys = [Line2D([], [], ls="", label="label")]
    keys += [Line2D([], [], ls="", marker="o", ms=4, color=domain_colour(n), label=f"{n}") for n in shown[:MOST]]
    keys += [Line2D([], [], ls="", label=f"+{len(shown) - MOST}")] if len(shown) > MOST else []
    across, down = figure.get_size_inches()
    side, at = ("left", left) if right is None else ("right", across - right)
    look = {"borderaxespad": 0, "borderpad": 0, "handlelength": 1.4, "handletextpad": 0, "columnspacing": 0.3}
    figure.legend(handles=keys, loc=f"upper {side}", bbox_to_anchor=(at / across, 1 - top / down), ncols=9, **look)


def latent_figure(draw):
    """Decorate a function that draws latent variables: if there are none, the figure says why.

    The function takes latents (dict of the arrays of latents.zarr), attributes (dict with the answer), selected, mask.
    """

    @styled
    @functools.wraps(draw)
    def drawn(latents, attributes, selected, mask):
        if not latents["z"].shape[1]:
            return empty_figure(f"{attributes['answer']}: no latent space")
        return draw(latents, attributes, selected, mask)

    return drawn
