"""Mean patches of the clusters of segmentations."""

import numpy as np

from ferrotune.descriptors._patch_stack import blocks


def _weights(labels):
    """Sum to mean: rows (cluster, site) that average the sites of each cluster; labels and counts of the clusters."""
    names, counts = np.unique(labels[labels >= 0], return_counts=True)
    return (labels == names[:, None]) / counts[:, None].astype(np.float32), names, counts


def cluster_patches(stack, labels, site_class=0):
    """Average the patches of each cluster, for several segmentations of the same sites at once.

    Parameters
    ----------
    stack : ferrotune.descriptors._patch_stack.PatchStack
    labels : (segmentation, site) int, negative where undecided
    site_class : int
        The patches of sites of this class (sublattice) only are averaged: around another sublattice they differ more
        than domains do.

    Returns
    -------
    patches : (cluster, y, x) float32
        Mean patch of each cluster minus the mean patch of all sites of the class.
    place, label, count : (cluster,) int
        Row of `labels`, label, and number of sites of each cluster.
    """
    other = stack.site_class != site_class
    found = [_weights(np.where(other, -1, of_one)) for of_one in labels]
    weights = np.concatenate([w for w, _, _ in found]).astype(np.float32)
    whole = slice(0, stack.mean.shape[1])
    sums = np.zeros((len(weights), stack.mean[0].size), np.float64)
    for part in blocks(len(stack)):
        patches = stack.read(part, whole)
        sums += weights[:, part] @ patches.reshape(len(patches), -1)
    patches = sums.reshape(-1, *stack.mean.shape[1:]) - stack.mean[site_class]
    place = np.repeat(np.arange(len(found)), [len(names) for _, names, _ in found])
    names, counts = (np.concatenate([part[k] for part in found]) for k in (1, 2))
    return patches.astype(np.float32), place, names, counts
