"""Stacks of patches held in memory, with their statistics, for the tests."""

from dataclasses import replace

import numpy as np

from ferrotune.descriptors._patch_stack import PatchStack
from ferrotune.files.stores import write_store
from ferrotune.reductions._windowed_pca import Moments, provisional_means
from ferrotune.sites.sites import Sites
from helpers.rotated import rotated_motif

ROWS, COLUMNS, CELL = 20, 24, 10.0  # of the stack with two domains
SETTING = {"flatten": 1, "denoise": "none", "w1": 1.5, "w2": 1.5, "latent": 2, "invariance": "none", "beta": 1.0}
SETTING |= {"learning_rate": 3e-3, "epochs": 8, "hidden": 32, "batch": 50, "variable": 1, "dropout": 0.05}


def stack_of(patches, cell_px, site_class=None, covariance=True):
    """PatchStack of patches (n, y, x) float32 that are already cut."""
    site_class = np.zeros(len(patches), int) if site_class is None else site_class
    flat = patches.reshape(len(patches), -1)
    provisional = provisional_means(flat[:10], site_class[:10], site_class.max() + 1)
    mean, found = Moments.of(flat, site_class, provisional, covariance).statistics(provisional)
    mean = mean.reshape(-1, *patches.shape[1:])
    return PatchStack(lambda part, rows: patches[part, rows], site_class, mean, found, cell_px)


def two_domains(folder):
    """PatchStack around A and B columns, its Sites, and the domain (site,) of each: the column is low or high.

    The domains are to the left and right of one wall. SETTING is a complete setting of the reduction `rvae` for it.
    """
    index = np.argwhere(np.ones((ROWS, COLUMNS)))
    yx = CELL * np.concatenate([index, index + 0.5]) + CELL
    site_class = np.repeat([0, 1], len(index))
    domain = (yx[:, 1] > CELL * (COLUMNS / 2 + 1)).astype(int)
    patches, _, displacement = rotated_motif(4 * len(yx), rotated=False)
    low, high = (patches[rows] for rows in (displacement < -0.5, displacement > 0.5))
    patches = np.where(domain[:, None, None] == 1, high[: len(yx)], low[: len(yx)])
    patches[site_class == 1] = patches[site_class == 1][:, ::-1] + 0.2  # B has the mirrored motif, and is brighter
    mask = np.ones((int(CELL) * (ROWS + 3), int(CELL) * (COLUMNS + 3)), bool)
    sites = Sites.of(yx, mask, CELL)
    path = folder / "patches_ab.zarr"
    arrays = {"yx": (("site", "axis"), yx), "sublattice": (("site",), site_class), **sites.arrays()}
    write_store(path, arrays, {"cell_px": CELL})
    return replace(stack_of(patches, CELL, site_class, covariance=False), store=path), sites, domain
