"""The label of each pixel of an image: what label maps of other programs hold."""

import numpy as np

from ferrotune.sites.raster import SAMPLES_PER_CELL, site_raster

NONE = 0  # no label: undecided, or outside the sites
FIRST = 1  # the variant 0
MEANING = "0: no label; 1 and on: variants 0 and on"


def label_image(yx, labels, mask, cell_px, spacing=1.0):
    """Label of each pixel: that of its nearest site, plus one.

    Parameters
    ----------
    yx : (site, 2) float, px
    labels : (site,) int, negative where undecided
    mask : (y, x) bool, true where the image is used
    cell_px : float
    spacing : float, unit cells between sites

    Returns
    -------
    (y, x) uint8
        0 where there is no label, variant 0 is 1, and so on.

    Examples
    --------
    >>> yx = np.array([[5.0, 5.0], [5.0, 15.0], [5.0, 25.0]])
    >>> label_image(yx, np.array([0, 1, -1]), np.ones((10, 30), bool), 10.0)[5, ::6].tolist()
    [1, 1, 2, 2, 0]
    """
    raster = site_raster(yx, np.ones_like(mask), cell_px, SAMPLES_PER_CELL, max(1.0, spacing))
    step = cell_px / SAMPLES_PER_CELL
    rows, columns = (
        np.minimum(np.rint(np.arange(size) / step).astype(int), last - 1)
        for size, last in zip(mask.shape, raster.shape, strict=True)
    )
    of_site = np.append(np.maximum(np.asarray(labels, int) + FIRST, NONE), NONE)
    return np.where(mask, of_site[raster][np.ix_(rows, columns)], NONE).astype(np.uint8)


def labels_of_pixels(selected, attributes, mask):
    """Label of each pixel (y, x) uint8 by the arrays and attributes of selected.zarr; mask (y, x) bool."""
    spacing = attributes["sites_per_cell"] ** -0.5
    return label_image(selected["yx"], selected["label"], mask, attributes["cell_px"], spacing)
