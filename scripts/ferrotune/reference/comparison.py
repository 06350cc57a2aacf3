"""A reference, prepared once to score many segmentations of the same sites."""

import numpy as np

from ferrotune.cells.unit_cells import polarization_at
from ferrotune.reference.scores import labels_at, wall_precision_recall, within
from ferrotune.segmentation.agreement import ari, correlation, explained_variance, nmi
from ferrotune.sites.raster import SAMPLES_PER_CELL, label_raster, site_raster, wall_map

SCORES = ("ari", "nmi", "correlation", "wall_precision", "wall_recall", "wall_f1", "polarization_r2")
TOLERANCE = 1.0  # cells, up to which two wall samples are the same wall


class Comparison:
    """Labels and walls of a reference at the sites of an image, which are the same for every segmentation."""

    def __init__(self, yx, raster, reference_yx, reference_label, mask, cell_px, polarization=None):
        """Give the sites the labels of the reference, and draw its walls where there are sites too.

        Parameters
        ----------
        yx : (site, 2) px
        raster : (row, sample) int, from `ferrotune.sites.raster.site_raster` of these sites
        reference_yx : (cell, 2) px
        reference_label : (cell,) int, negative where unknown
        mask : (y, x) bool, true where there is signal
        cell_px : float
        polarization : (cell, 2), optional
            That of the reference, NaN where unknown.
        """
        self._polarization = None
        if polarization is not None and np.isfinite(polarization).any():
            self._polarization = polarization_at(yx, reference_yx, polarization, cell_px)
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

    def _explained(self, labels):
        """Share of the variance of the reference's polarization that labels (site,) explain."""
        if self._polarization is None:
            return float("nan")
        known = np.isfinite(self._polarization).all(axis=1)
        return explained_variance(labels[known], self._polarization[known])

    def score(self, labels):
        """Agreement of a segmentation with the reference, by all measures.

        Parameters
        ----------
        labels : (site,) int
            A site without a label (negative) does not agree, and has no wall around it.

        Returns
        -------
        dict of str to float
            ari, nmi, correlation: over the decided sites. wall_precision, wall_recall, wall_f1: of the walls.
            polarization_r2: share of the variance of the polarization that the labels explain; an undecided site
            explains nothing. NaN where there is nothing to compare.
        """
        explained = self._explained(np.asarray(labels))
        if not self._scores:
            return dict.fromkeys(SCORES, float("nan")) | {"polarization_r2": explained}
        walls = wall_precision_recall(
            wall_map(label_raster(self._raster, labels)), self._walls, SAMPLES_PER_CELL, TOLERANCE, self._near_walls
        )
        values = (ari(labels, self._real), nmi(labels, self._real), correlation(labels, self._real), *walls, explained)
        return dict(zip(SCORES, values, strict=True))
