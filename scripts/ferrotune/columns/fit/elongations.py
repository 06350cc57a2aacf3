"""Elongation of columns: mis-tilt and astigmatism stretch neighbouring columns alike, slowly over the image."""

import numpy as np

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.gaussians import AMPLITUDE


def improved(elongation, nodes, theta, own, by_shape, whole):
    """Take one step of the elongations, node by node, apart from the normal equations.

    Parameters
    ----------
    elongation : (m, 2), of the background's nodes: down the rows and along the diagonal
    nodes : (n, m) sparse, shares of the nodes in the columns
    theta : (n, 4) y, x (px), amplitude, width (px)
    own : (n, 4, 4), the columns' blocks of the normal matrix
    by_shape : (n, 2), gradient by the columns' elongations
    whole : (n,) bool; true where neither frame nor mask is near; a column that is cut looks elongated

    Returns
    -------
    (m, 2)
    """
    scatter, most = CHOICES.elongation_scatter, CHOICES.most_elongation
    # (t^2 - u^2)^2 / 4 and t^2 u^2 are a quarter each under the square of a Gaussian.
    precision = nodes.T @ (whole * theta[:, AMPLITUDE] ** 2 * own[:, AMPLITUDE, AMPLITUDE] / 4)
    usual = precision @ elongation / max(precision.sum(), 1e-12)
    slope = nodes.T @ (whole[:, None] * by_shape) + (usual - elongation) / scatter**2
    step = CHOICES.elongation_step * slope / (precision + scatter**-2)[:, None]
    return np.clip(elongation + np.clip(step, -scatter, scatter), -most, most)
