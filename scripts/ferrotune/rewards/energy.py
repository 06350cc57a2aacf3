"""Rewards of the energy of walls: their length, and the pairs of neighbours with different labels."""

import numpy as np

from ferrotune.rewards.registry import reward
from ferrotune.segmentation.wall_lengths import walls_per_area


@reward(
    "minimise",
    "1/cell",
    "Every wall costs free energy in proportion to its length.",
    "Biswas, Ziatdinov and Kalinin, arXiv 2302.04216 (wall length as a penalty); here walls per area",
)
def wall_density(segmentation):
    """Length of all walls / area in which there are sites, cells per unit cell of area."""
    return walls_per_area(segmentation.arc_lengths, segmentation.sites.area)


@reward(
    "minimise",
    "1",
    "The Potts model: a pair of unlike neighbours costs energy, so there are fewer than by chance.",
    "ours; Potts, Proc. Camb. Phil. Soc. 48, 106 (1952); expectation under shuffled labels: Cliff and Ord (1981)",
)
def boundary_energy(segmentation):
    """Pairs of neighbours with different labels / the number expected for shuffled labels: 1 for noise.

    This is 1 minus the kappa of neighbouring labels. Unlike the length of walls, it is not small for a segmentation
    with only a small minority of another label.
    """
    labels, edges = segmentation.labels, segmentation.edges
    count = np.bincount(labels[labels >= 0]).astype(float)
    total = count.sum()
    expected = 1 - (count * (count - 1)).sum() / (total * (total - 1)) if total > 1 else 0.0
    if not (expected > 0 and len(edges)):
        return np.nan
    return np.count_nonzero(labels[edges[:, 0]] != labels[edges[:, 1]]) / (len(edges) * expected)
