"""Stacks of patches held in memory, with their statistics, for the tests."""

import numpy as np

from ferrotune.descriptors._patch_stack import PatchStack
from ferrotune.reductions._windowed_pca import Moments, provisional_means


def stack_of(patches, cell_px, kind=None, covariance=True):
    """PatchStack of patches (n, y, x) float32 that are already cut."""
    kind = np.zeros(len(patches), int) if kind is None else kind
    flat = patches.reshape(len(patches), -1)
    provisional = provisional_means(flat[:10], kind[:10], kind.max() + 1)
    mean, found = Moments.of(flat, kind, provisional, covariance).statistics(provisional)
    mean = mean.reshape(-1, *patches.shape[1:])
    return PatchStack(lambda part, rows: patches[part, rows], kind, mean, found, cell_px)
