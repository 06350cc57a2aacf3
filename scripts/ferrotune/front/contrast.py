"""The trial that is shown in contrast to the selected one."""

import numpy as np

from ferrotune.front import pareto
from ferrotune.segmentation.agreement import ari

SAME = 0.99  # ARI; a segmentation that agrees better with the selected one shows nothing new. Our choice


def contrasting_trial(losses, labels, selected_labels):
    """The trial on the front whose segmentation agrees least with the selected one.

    Parameters
    ----------
    losses : (trial, objective) float
        NaN for a trial that may not be on the front.
    labels : (trial, site) int
    selected_labels : (site,) int

    Returns
    -------
    int or None
        The row of the front whose labels have the smallest adjusted Rand index with the selected labels. If all
        trials of the front agree with them (ARI above 0.99), they are left out, and the front of the other trials
        is searched, and so on. None if no trial differs.
    """
    losses = np.array(losses, dtype=float)
    while (members := np.flatnonzero(pareto.front(losses))).size:
        agreement = np.array([ari(labels[row], selected_labels) for row in members])
        if agreement.min() <= SAME:
            return int(members[np.argmin(agreement)])
        losses[members] = np.nan
    return None
