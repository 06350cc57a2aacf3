"""Atomic columns: found without a per-image threshold, refined, and sorted into sublattices."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.feature import blob_log, peak_local_max

from ferrotune.errors import InputError
from ferrotune.lattice import LatticePhase
from ferrotune.refinement import FittedColumns, refine_columns

A, B, NEITHER = 0, 1, -1
SITE_RADIUS = 0.3  # a column lies within this share of a cell of its lattice site; A and B are 0.71 apart
SIGNIFICANCE = 3.0  # amplitude over its standard error: below, there is no column
MIN_CELLS = 8
SPARSE = 0.8  # B columns for each A, below which something is likely to be wrong
CELL_PM = (300.0, 650.0)  # of perovskites, pseudocubic to doubled


@dataclass(frozen=True)
class Columns:
    """Columns in reading order: `fit` (n rows) and `sublattice` (n,) int8, 0 = A, 1 = B, -1 = neither."""

    fit: FittedColumns
    sublattice: np.ndarray

    def of(self, sublattice):
        """Positions (n, 2) px of one sublattice."""
        return self.fit.yx[self.sublattice == sublattice]


def _local_maxima(image, mask, cell_px):
    """Maxima of the band-passed image, at most one for each quarter of a cell: the candidates."""
    filled = np.asarray(np.where(mask, image, np.median(image[mask])), np.float32)
    band = ndimage.gaussian_filter(filled, 0.09 * cell_px) - ndimage.gaussian_filter(filled, 0.35 * cell_px)
    band[~mask] = band.min()  # else every pixel of a masked corner, all alike, is a maximum
    found = peak_local_max(band, min_distance=max(1, round(0.22 * cell_px)), exclude_border=False)
    return found[mask[tuple(found.T)]].astype(float)


def _blobs(image, mask, cell_px):
    """The paper's detector: Laplacian of Gaussian blobs, whole pixels, scikit-image's fixed threshold."""
    low, high = np.percentile(image[mask], [0.5, 99.5])
    scaled = np.where(mask, (image - low) / (high - low), 0)
    found = blob_log(scaled, min_sigma=0.1 * cell_px, max_sigma=0.25 * cell_px, num_sigma=4, threshold=0.05)
    found = found[:, :2]
    return found[mask[tuple(found.astype(int).T)]]


def _sublattice(phase, yx):
    """Sublattice (n,) by the site's place in its cell."""
    fraction = phase(yx)
    to_a = np.hypot(*fraction.T)
    to_b = np.hypot(*(fraction - np.floor(fraction) - 0.5).T)
    sublattice = np.where(to_a < to_b, A, B).astype(np.int8)
    sublattice[np.minimum(to_a, to_b) > SITE_RADIUS] = NEITHER
    return sublattice


def _missing_sites(phase, yx, lattice, mask):
    """Lattice sites (m, 2) px beside found columns at which nothing was found: dim columns, to be tried."""
    a, b = lattice.vectors
    steps = np.array([(a + b) / 2, (a - b) / 2, -(a + b) / 2, (b - a) / 2])
    sites = (yx[:, None] + steps).reshape(-1, 2)
    sites = sites[_sublattice(phase, sites) != NEITHER]
    fraction = phase(sites)
    fraction = np.where(np.hypot(*fraction.T)[:, None] < SITE_RADIUS, fraction, fraction - np.floor(fraction) - 0.5)
    sites = sites - fraction @ lattice.vectors
    radius = SITE_RADIUS * lattice.cell_px
    sites = sites[_far_from_each_other(sites, radius)]
    distance, _ = cKDTree(yx).query(sites)
    sites = sites[distance > radius]
    inside = ((sites >= 0) & (sites <= np.array(mask.shape) - 1)).all(1)
    sites = sites[inside]
    return sites[mask[tuple(np.round(sites).astype(int).T)]]


def _far_from_each_other(yx, radius, order=None):
    """Keep (n,) bool of points so that no two kept are within radius px, earlier ones in `order` first."""
    keep = np.ones(len(yx), bool)
    rank = np.empty(len(yx), int)
    rank[np.arange(len(yx)) if order is None else order] = np.arange(len(yx))
    pairs = cKDTree(yx).query_pairs(radius, output_type="ndarray")
    loser = np.where(rank[pairs[:, 0]] > rank[pairs[:, 1]], pairs[:, 0], pairs[:, 1])
    keep[loser] = False
    return keep


def _is_column(fit, sublattice, mask):
    """Which fits (n,) are columns: significant, of a column's strength, inside the image and the mask."""
    clear = fit.significance > SIGNIFICANCE
    inside = ((fit.yx >= 0) & (fit.yx <= np.array(mask.shape) - 1)).all(1)
    inside[inside] = mask[tuple(np.round(fit.yx[inside]).astype(int).T)]
    strength = np.ones(len(sublattice), bool)
    for kind, reference, share in ((A, A, 0.2), (B, A, 0.05), (B, B, 0.15), (NEITHER, B, 0.7)):
        typical = fit.amplitude[(sublattice == reference) & clear]
        if typical.size:
            strength &= (sublattice != kind) | (fit.amplitude > share * np.median(typical))
    return clear & inside & strength


def find_columns(image, mask, lattice, finder="lattice"):
    """Find, refine and sort the atomic columns of an image.

    Candidates are the maxima of the band-passed image, and lattice sites beside them where no maximum was
    found. All are refined by least squares; kept are those whose fitted amplitude is significant. No
    threshold belongs to an image: the scale comes from the lattice, the rest from the fits' own error bars.
    The brighter sublattice is A (Bi, Pb), the other B (Fe, Ti), by the place in the cell.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    lattice : ferrotune.lattice.Lattice
    finder : {"lattice", "blob_log"}
        "blob_log" is the paper's detector, for comparison: whole-pixel positions, no refinement.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        If the image holds fewer than 8 x 8 unit cells, or almost no column is found.
    """
    cell = lattice.cell_px
    if mask.sum() < (MIN_CELLS * cell) ** 2 or min(np.ptp(np.argwhere(mask), axis=0) + 1) < MIN_CELLS * cell:
        raise InputError(
            f"fewer than {MIN_CELLS} x {MIN_CELLS} unit cells of {cell:.1f} px in the unmasked image: "
            "use a larger field of view"
        )
    phase = LatticePhase(image, mask, lattice)
    if finder == "blob_log":
        yx = _blobs(image, mask, cell)
        flat = np.full(len(yx), np.nan)
        fit = FittedColumns(yx, np.full_like(yx, np.nan), flat, flat, flat, flat)
        keep = np.ones(len(yx), bool)
    else:
        candidates = _local_maxima(image, mask, cell)
        candidates = np.vstack([candidates, _missing_sites(phase, candidates, lattice, mask)])
        fit = refine_columns(image, mask, candidates, cell)
        sublattice = _sublattice(phase, fit.yx)
        keep = _is_column(fit, sublattice, mask)
        keep[keep] = _far_from_each_other(
            fit.yx[keep], SITE_RADIUS * cell, np.argsort(-fit.amplitude[keep], kind="stable")
        )
    fit = fit[keep]
    fit = fit[np.lexsort((fit.yx[:, 1], fit.yx[:, 0]))]
    if len(fit.yx) < MIN_CELLS**2:
        raise InputError(
            f"only {len(fit.yx)} atomic columns found: check that the image shows columns and the mask leaves them in"
        )
    return Columns(fit, _sublattice(phase, fit.yx))


def doubts(columns, lattice, pixel_size_pm):
    """What about the columns looks wrong, as sentences (list of str) for the user; none where all is well."""
    n_a, n_b = len(columns.of(A)), len(columns.of(B))
    found = []
    if n_b < SPARSE * n_a:
        found.append(
            f"{n_b} B columns to {n_a} A: B too faint, or not the unit cell's lattice; see figures/columns.png"
        )
    size = lattice.cell_px * (pixel_size_pm or np.nan)
    if size < CELL_PM[0] or size > CELL_PM[1]:
        found.append(f"the unit cell would be {size:.4g} pm long: is pixel_size_pm in pm, and right?")
    return found
