"""Domains drawn on the sites of a square lattice of 40 cells across, and the values of their rewards."""

import numpy as np

from ferrotune.rewards import score
from helpers.drawn import drawn, grid, sites_of, turned

WIDTH = 40  # cells
YX = grid(WIDTH)
SITES = sites_of(YX)
NOISE = np.random.default_rng(0).normal(size=(len(YX), 2))


def wall(yx, angle=0.0):
    """Two half planes; the wall runs along x, or turned from it by `angle` degrees."""
    return turned(yx, -angle)[:, 0] > 0.13


def ring(yx, radius=10):
    return np.hypot(*yx.T) < radius


def stripes(yx, width=8):
    return np.floor(yx[:, 1] / width + 0.013).astype(int) % 2


def checkerboard(yx, side=1):
    return np.floor(yx / side + 0.01).astype(int).sum(axis=1) % 2


def random_labels(yx, count=2, seed=1):
    return np.random.default_rng(seed).integers(0, count, len(yx))


def value(name, labels, sites=SITES, **known):
    return score(drawn(labels, sites, **known), [name])[name]


def polarized(domain, noise=0.2):
    """Sites whose polarization is (0, 1) or (0, -1) px, with noise in both axes."""
    polarization = np.where(domain[:, None], [0.0, 1.0], [0.0, -1.0]) + noise * NOISE
    return sites_of(YX, polarization=polarization)
