"""Segmentations drawn on sites of a square lattice, for tests of rewards."""

from dataclasses import replace

import numpy as np

from ferrotune.rewards import Segmentation
from ferrotune.sites.raster import SAMPLES_PER_CELL, label_raster
from ferrotune.sites.sites import Sites
from ferrotune.walls import find_walls

CELL = 8.0  # px


def square_lattice(rows, cols, cell=CELL, jitter=0.0):
    """Positions (rows * cols, 2) px of a square lattice, row by row, with a Gaussian jitter in cells."""
    yx = np.stack(np.meshgrid(np.arange(rows), np.arange(cols), indexing="ij"), axis=-1).reshape(-1, 2)
    return cell * (yx + np.random.default_rng(0).normal(0, jitter, yx.shape))


def grid(width, angle=0.0):
    """Positions (n, 2) in cells from the middle of sites within a disc, the lattice turned by `angle` degrees."""
    reach = np.arange(width + 1.0) - width / 2
    yx = np.stack(np.meshgrid(reach, reach, indexing="ij"), axis=-1).reshape(-1, 2)
    return turned(yx[np.hypot(*yx.T) <= width / 2], angle)


def turned(yx, angle):
    """Vectors (n, 2), turned by `angle` degrees."""
    c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    return np.asarray(yx) @ np.array([[c, s], [-s, c]])


def sites_of(yx, angle=0.0, polarization=None):
    """Sites at yx (n, 2) cells, of a lattice turned by `angle` degrees."""
    px = CELL * (yx - yx.min(axis=0) + 1)
    mask = np.ones(np.ceil(px.max(axis=0) + CELL).astype(int), bool)
    lattice = turned(CELL * np.eye(2), angle)
    return replace(Sites.of(px, mask, CELL), lattice=lattice, polarization=polarization)


def drawn(labels, sites, **known):
    """Segmentation of labels (site,), with its walls."""
    labels = np.asarray(labels, dtype=np.int8)
    return Segmentation(labels, find_walls(label_raster(sites.raster, labels), SAMPLES_PER_CELL, 0), sites, **known)
