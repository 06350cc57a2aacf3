"""A reference, prepared once to score many segmentations of the same sites."""

import numpy as np

from ferrotune.reference.scores import labels_at, wall_precision_recall, within
from ferrotune.segmentation.agreement import ari, correlation, nmi
from ferrotune.sites.raster import SAMPLES_PER_CELL, label_raster, site_raster, wall_map

SCORES = ("ari", "nmi", "correlation", "wall_precision", "wall_recall", "wall_f1")
TOLERANCE = 1.0  # cells, up to which two wall samples are the same wall


class Comparison:
    """Labels and walls of a reference at the sites of an image, which are the same for every segmentation."""

    def __init__(self, yx, raster, reference_yx, reference_label, mask, cell_px):
        """Give the sites the labels of the reference, and draw its walls where there are sites too.

        Parameters
        ----------
        yx : (site, 2) px
        raster : (row, sample) int, from `ferrotune.sites.raster.site_raster` of these sites
        reference_yx : (cell, 2) px
        reference_label : (cell,) int, negative where unknown
        mask : (y, x) bool, true where there is signal
        cell_px : float
        """
        self._real = labels_at(yx, reference_yx, reference_label, cell_px)
        # With a reference of one variant there are no scores: every segmentation would have an agreement of zero.
        self._scores = len(np.unique(reference_label[reference_label >= 0])) > 1
        if not self._scores:
            return
        truth = label_raster(site_raster(reference_yx, mask, cell_px, SAMPLES_PER_CELL), reference_label)
        both = (raster >= 0) & (truth >= 0)
        self._raster = np.where(both, raster, -1)
        self._walls = wall_map(np.where(both, truth, -1))
        self._near_walls = within(self._walls, TOLERANCE * SAMPLES_PER_CELL)

    def score(self, labels):
        """Agreement of a segmentation with the reference, by all measures.

        Parameters
        ----------
        labels : (site,) int
            A site without a label (negative) does not agree, and has no wall around it.

        Returns
        -------
        dict of str to float
            ari, nmi, correlation, wall_precision, wall_recall, wall_f1; NaN where there is nothing to compare.
        """
        if not self._scores:
            return dict.fromkeys(SCORES, float("nan"))
        walls = wall_precision_recall(
            wall_map(label_raster(self._raster, labels)), self._walls, SAMPLES_PER_CELL, TOLERANCE, self._near_walls
        )
        values = (ari(labels, self._real), nmi(labels, self._real), correlation(labels, self._real), *walls)
        return dict(zip(SCORES, values, strict=True))
