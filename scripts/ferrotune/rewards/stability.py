"""Rewards of repetition: whether the same setting gives the same labels again."""

import numpy as np

from ferrotune.rewards.registry import reward

REPEATS = 2


def _agreement(labels):
    """Mean adjusted Rand index of all pairs of labels (list of (site,)): 1 for the same domains, 0 by chance."""
    from ferrotune.segmentation.agreement import ari

    return np.mean([ari(one, other) for i, one in enumerate(labels) for other in labels[i + 1 :]])


@reward(
    "maximise",
    "1",
    "Domains do not depend on the seed: labels that depend on the start of the fit are not domains.",
    "ours; stability of clusterings: von Luxburg, Found. Trends Mach. Learn. 2, 235 (2010)",
    needs=("again",),
    costly=True,
)
def stability_seed(segmentation):
    """Mean adjusted Rand index of the labels and those with two other seeds, over all pairs."""
    return _agreement([segmentation.labels, *(segmentation.again(k) for k in range(1, REPEATS + 1))])


@reward(
    "maximise",
    "1",
    "Domains are visible with each half of the electrons: labels that only one half shows are noise.",
    "ours; data thinning: Neufeld et al., J. Mach. Learn. Res. 25, 57 (2024)",
    needs=("halves",),
    costly=True,
)
def stability_dose(segmentation):
    """Adjusted Rand index of the labels of two images of half the dose each, whose noise is independent."""
    return _agreement(list(segmentation.halves()))
