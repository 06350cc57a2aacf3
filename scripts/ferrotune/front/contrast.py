"""The trial to hold against the selected one."""

import numpy as np

from ferrotune.front import pareto
from ferrotune.segmentation.agreement import ari

SAME = 0.99  # ARI; segmentations that agree better show nothing new


def contrasting_trial(losses, labels, selected_labels):
    """The trial to hold against the selected one: good by the rewards, yet the segmentation agrees least.

    Parameters
    ----------
    losses : (trial, objective) float, NaN for a trial that may not be on the front
    labels : (trial, site) int
    selected_labels : (site,) int

    Returns
    -------
    int or None
        Of the front, the row whose labels have the smallest adjusted Rand index with the selected ones. If
        all of the front agrees with them (ARI above 0.99; ours), the selected trial's own row among them, the
        front without those trials is taken, and so on; None if no trial differs.
    """
    losses = np.array(losses, dtype=float)
    while (members := np.flatnonzero(pareto.front(losses))).size:
        agreement = np.array([ari(labels[row], selected_labels) for row in members])
        if agreement.min() <= SAME:
            return int(members[np.argmin(agreement)])
        losses[members] = np.nan
    return None
