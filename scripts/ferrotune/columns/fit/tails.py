"""Tails of columns: a wider Gaussian about the same centre, of one width and share for all columns of an image.

A column of a real image falls off more slowly than a Gaussian: the probe has tails, and atoms below the surface are
seen by a broadened beam. What is left of A's tails beside a displaced B column is taken for a larger displacement.
"""

from typing import NamedTuple

import numpy as np

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.gaussians import AMPLITUDE, WIDTH, windows
from ferrotune.columns.fit.normal_matrix import Layer


class Tails(NamedTuple):
    """Tails of columns: a wider Gaussian.

    share : its amplitude over that of the column. ratio : its width over that of the column.
    """

    share: float
    ratio: float


def tail_layers(problem, theta, elongation, tails):
    """Layers of the tails of columns, for `PaddedImage.model`.

    Parameters
    ----------
    problem : ferrotune.columns.fit.state.Problem
    theta : (n, 4) y, x (px), amplitude, width (px)
    elongation : (n, 2), of the columns
    tails : Tails, or None

    Returns
    -------
    list of ferrotune.columns.fit.normal_matrix.Layer
    """
    if tails is None:
        return []
    chain = np.ones_like(theta)
    chain[:, AMPLITUDE], chain[:, WIDTH] = tails
    layer = theta * chain
    longest = int(np.ceil(CHOICES.longest_tail_cells * problem.cell_px))
    radius = min(longest, max(3, int(np.ceil(CHOICES.window_widths * np.median(layer[:, WIDTH])))))
    # What elongates a column adds to its variance, whatever its width.
    return [Layer(layer, elongation / tails.ratio**2, windows(theta[:, :2], radius, problem.image.pad), chain)]


def said_of_shape(tail):
    """The shape of the columns in a sentence, for the log; tail : Tails, None without."""
    if tail is None:
        return "columns are Gaussians"
    return f"columns are Gaussians with a tail, {tail.ratio:.2f} times as wide, {tail.share:.2f} times as high"
