"""Status of a trial: whether walls stand in its segmentation, or the first reason why not."""

from dataclasses import dataclass

import numpy as np

OK = "ok"  # at least one wall stands
NO_WALL_STANDS = "no_wall_stands"
ONE_CLUSTER = "one_cluster"  # or no site is decided
FAILED = "failed"  # the trial raised an error; set by the code that caught it
GIVEN_UP = "given_up"  # its training was ended early, behind the front of earlier rounds
STATUSES = (OK, NO_WALL_STANDS, ONE_CLUSTER, FAILED, GIVEN_UP)  # a store keeps the index in this tuple, and the tuple
# Smallest share of sites outside the largest label. Fewer sites are outliers, or a strip along the frame of the image
# (a row of a full-size image is 0.6 %), whose wall would be long and straight but no domain wall. Our choice.
MINORITY = 0.01
# Share of the variance that sites a few cells apart have in common beyond trends: larger, and the image varies. At most
# 0.03 on films with noise, shifted rows and mis-tilt, 0.04 on a noisy film with one broad wall, 0.1 and more on others
# with domains (docs/truth.md).
VARIES = 0.035
# The same for walls, which are judged one by one. Noise is below, as trends are taken off, and so are shifted rows.
VARIES_AT_ALL = 0.0
# Share of the sites with a measured polarization, from which on it judges the trials. Ours, on a PbTiO3 junction.
MOSTLY_KNOWN = 0.8
TRACED = "walls that were traced"  # the test where walls are not judged (mode paper)


@dataclass(frozen=True)
class Verdict:
    """Status of a trial, and the test that decided it.

    status : str, one of STATUSES
    test : str, what was measured; empty where nothing was
    value, limit : float
    """

    status: str
    test: str = ""
    value: float = np.nan
    limit: float = np.nan

    @property
    def judged(self):
        """Whether walls were judged; in mode paper all that are traced count."""
        return self.test != TRACED


def minority(labels):
    """Share of the decided sites (labels (site,), negative if undecided) outside the largest label; 0 if none is."""
    count = np.bincount(labels[labels >= 0], minlength=1)
    return float(1 - count.max() / count.sum()) if count.sum() else 0.0
