"""Sites on a square lattice with a drawn field of two components and noise, for tests of the judge."""

import numpy as np

from ferrotune.clusterings import gmm
from ferrotune.segmentation.labels import Clusters
from ferrotune.sites.sites import Sites

CELL = 10.0  # px


def sites_of(field):
    """Sites of a field (row, column, 2), a cell apart; its values (site, 2) are their polarization."""
    yx = CELL * (np.argwhere(np.ones(field.shape[:2])) + 1.0)
    size = np.array(field.shape[:2]) * CELL + 2 * CELL
    return Sites.of(yx, np.ones(size.astype(int), bool), CELL), field.reshape(-1, 2)


def two_domains(width, size=60, noise=0.2, seed=0, shape="tanh", slope=0.0):
    """Field (row, column, 2) of two domains of opposite y component, with one inclined wall of a width, cells.

    slope: change of the x component along the columns, over the whole film. Returns the field and the true labels.
    """
    y, x = np.mgrid[:size, :size].astype(float)
    distance = (x - size / 2 + 0.3 * (y - size / 2)) / np.hypot(1, 0.3)
    step = np.tanh(2 * distance / width) if shape == "tanh" else np.clip(2 * distance / width, -1, 1)
    field = np.stack([step, slope * x / size], axis=-1)
    field += noise * np.random.default_rng(seed).standard_normal(field.shape)
    return field, (distance > 0).astype(int).ravel()


def clusters(components=2, covariance="full"):
    """A Gaussian mixture as a trial has it."""
    return Clusters(gmm, {"components": components, "covariance": covariance})
