"""The reward that looks at physics beside the labels: the polarization across walls."""

import numpy as np

from ferrotune.rewards.registry import reward


@reward(
    "maximise",
    "1",
    "The polarization turns at a ferroelectric wall, and within a domain it does not.",
    "ours",
    needs=("polarization",),
)
def polarization_jump(segmentation):
    """Mean step of the polarization between unlike sites 2.5 to 3.5 cells apart / its scatter between like ones.

    The step is the length of the mean vector for each pair of labels, so that noise averages out; the scatter is
    that of one site, from like-labelled pairs as far apart, so that slow trends tell for neither. Near 0 where labels
    follow anything but the polarization.
    """
    one, other = segmentation.sites.near.across.T
    p, labels = segmentation.polarization, segmentation.labels.astype(int)
    known = np.isfinite(p).all(axis=1) & (labels >= 0)
    step = p[one] - p[other]
    taken = known[one] & known[other]
    like = taken & (labels[one] == labels[other])
    unlike = taken & ~like
    if not (like.any() and unlike.any()):
        return np.nan
    scatter = np.sqrt((step[like] ** 2).sum() / (2 * np.count_nonzero(like)))
    count = int(labels.max()) + 1
    forth = np.where(labels[one] < labels[other], 1.0, -1.0)[unlike]
    pair = np.minimum(labels[one], labels[other])[unlike] * count + np.maximum(labels[one], labels[other])[unlike]
    sums = [np.bincount(pair, weights=forth * step[unlike, axis], minlength=count**2) for axis in (0, 1)]
    return np.hypot(*sums).sum() / np.count_nonzero(unlike) / scatter if scatter > 0 else np.nan
