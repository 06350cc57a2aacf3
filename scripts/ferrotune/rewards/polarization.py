"""The reward of the polarization: its step across walls. The other rewards do not use the polarization."""

import numpy as np

from ferrotune.rewards.registry import reward


@reward(
    "maximise",
    "1",
    "The polarization changes at a ferroelectric wall, and not within a domain.",
    "ours",
    needs=("polarization",),
)
def polarization_jump(segmentation):
    """Mean step of the polarization between sites with different labels / its scatter between equal labels.

    The sites of a pair are 2.5 to 3.5 cells apart. The step is the length of the mean vector for each pair of labels,
    so that noise averages out. The scatter is that of one site, from pairs with equal labels at the same distance, so
    that a slow trend changes both alike. The reward is near 0 if labels do not follow the polarization.
    """
    step = segmentation.sites.polarization_steps
    one, other = segmentation.labels.astype(np.int16)[segmentation.sites.near.across.T]
    taken = np.isfinite(step[:, 0]) & (one >= 0) & (other >= 0)
    like, unlike = taken & (one == other), np.flatnonzero(taken & (one != other))
    if not (like.any() and len(unlike)):
        return np.nan
    scatter = np.sqrt((step[like] ** 2).sum() / (2 * np.count_nonzero(like)))
    one, other, count = one[unlike], other[unlike], int(segmentation.labels.max()) + 1
    # from the smaller label to the larger: opposite differences across one wall would cancel
    step = step[unlike] * np.where(one < other, 1.0, -1.0)[:, None]
    pair = np.minimum(one, other) * np.int16(count) + np.maximum(one, other)
    sums = [np.bincount(pair, weights=along) for along in step.T]
    return np.hypot(*sums).sum() / len(unlike) / scatter if scatter > 0 else np.nan
