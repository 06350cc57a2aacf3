"""Find atomic columns without a threshold for each image, refine them, and sort them into sublattices."""

from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage.feature import blob_log

from ferrotune.columns.fit.refinement import FittedColumns, refine_columns
from ferrotune.columns.lattice import LatticePhase
from ferrotune.columns.sublattices import NEITHER, A, B
from ferrotune.errors import InputError
from ferrotune.images.slow_background import without_steps
from ferrotune.images.smoothing import block_mean

SITE_RADIUS = 0.3  # a column lies within this share of a cell of its lattice site; A and B are 0.71 apart
SIGNIFICANCE = 3.0  # amplitude over its standard error: below, there is no column
EXPECTED = 2.0  # the same at a site of a sublattice most of whose sites are significant
OFF_SITE_SHARE = 0.7  # height of a maximum off the sites over that of the dimmer sublattice: below, it is noise
TAIL_CELLS = 0.6  # a column so far outside the mask still adds intensity inside
FINE_CELLS, COARSE_CELLS = 0.12, 0.35  # band-pass filter for candidates: widths of a column and of its surroundings
BLOCKS_PER_CELL = 8  # candidates are found on the means of blocks of pixels; number of blocks along a cell
DOUBTFUL = 1.0  # significance at a lattice site below which a candidate leaves the fit
MIN_CELLS = 8
SPARSE = 0.8  # B columns for each A, below which something is likely to be wrong
CELL_PM = (300.0, 650.0)  # of perovskites, pseudocubic to doubled


@dataclass(frozen=True)
class Columns:
    """Atomic columns in reading order: `fit` (n rows) and `sublattice` (n,) int8, 0 = A, 1 = B, -1 = neither."""

    fit: FittedColumns
    sublattice: np.ndarray

    def of(self, sublattice):
        """Positions (n, 2) px of one sublattice."""
        return self.fit.yx[self.sublattice == sublattice]


def _local_maxima(image, mask, cell_px):
    """Find maxima of the band-passed image, at most one for each quarter of a cell, and their heights (n,).

    Where a cell has many pixels, this is done on block means: the refinement finds the fraction of a pixel anyway.
    """
    size = max(1, int(cell_px // BLOCKS_PER_CELL))
    weight = block_mean(mask, size)
    typical = np.median(image[::size, ::size][mask[::size, ::size]])
    blocks, cell = block_mean(np.where(mask, image - typical, 0), size), cell_px / size
    band = ndimage.gaussian_filter(blocks, FINE_CELLS * cell) - ndimage.gaussian_filter(blocks, COARSE_CELLS * cell)
    band[weight == 0] = band.min()  # otherwise every pixel of a masked corner is a maximum: they are all equal
    found = np.argwhere(band == ndimage.maximum_filter(band, 2 * max(1, round(0.22 * cell)) + 1))
    height = band[tuple(found.T)]
    yx = np.clip(found * size + (size - 1) / 2, 0, np.array(mask.shape) - 1)
    inside = mask[tuple(np.rint(yx).astype(int).T)]
    return yx[inside], height[inside]


def _blobs(image, mask, cell_px):
    """Find blobs with the paper's detector: Laplacian of Gaussian, whole pixels, scikit-image's fixed threshold."""
    low, high = np.percentile(image[mask], [0.5, 99.5])
    scaled = np.where(mask, (image - low) / (high - low), 0)
    found = blob_log(scaled, min_sigma=0.1 * cell_px, max_sigma=0.25 * cell_px, num_sigma=4, threshold=0.05)
    found = found[:, :2]
    return found[mask[tuple(found.astype(int).T)]]


def _sublattice(phase, yx):
    """Sublattice (n,) of positions, by their place in the cell."""
    fraction = phase(yx)
    to_a = np.hypot(*fraction.T)
    to_b = np.hypot(*(fraction - np.floor(fraction) - 0.5).T)
    sublattice = np.where(to_a < to_b, A, B).astype(np.int8)
    sublattice[np.minimum(to_a, to_b) > SITE_RADIUS] = NEITHER
    return sublattice


def _credible(phase, yx, height, cell_px):
    """Choose maxima (n,) bool to fit: the highest at each site, and off the sites all that are as high as a column."""
    sublattice = _sublattice(phase, yx)
    on_site = sublattice != NEITHER
    alone = np.zeros(len(yx), bool)
    alone[on_site] = _far_from_each_other(
        yx[on_site], SITE_RADIUS * cell_px, np.argsort(-height[on_site], kind="stable")
    )
    dimmer = min((np.median(height[sublattice == one]) for one in (A, B) if (sublattice == one).any()), default=0)
    return alone | ~on_site & (height > OFF_SITE_SHARE * dimmer)


def _sites(phase, yx, lattice, mask):
    """Find lattice sites (m, 2) px beside columns that have no column yet: dim columns, and those just outside.

    A column outside the image or the mask adds intensity inside, and is fitted for its neighbours only.
    """
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
    return sites[_near_mask(mask, sites, TAIL_CELLS * lattice.cell_px)]


def _near_mask(mask, yx, reach):
    """Whether positions (n,) lie in the mask or within about `reach` px of it."""
    angle = np.arange(8) * np.pi / 4
    around = np.vstack([[0, 0], reach * np.column_stack([np.sin(angle), np.cos(angle)])])
    return _inside(mask, (yx[:, None] + around).reshape(-1, 2)).reshape(len(yx), -1).any(axis=1)


def _inside(mask, yx):
    """Whether positions (n,) lie in the image and in the mask."""
    inside = ((yx >= 0) & (yx <= np.array(mask.shape) - 1)).all(axis=1)
    inside[inside] = mask[tuple(np.round(yx[inside]).astype(int).T)]
    return inside


def _far_from_each_other(yx, radius, order=None):
    """Choose points (n,) bool so that no two are within radius px; the earlier in `order` has priority."""
    keep = np.ones(len(yx), bool)
    rank = np.empty(len(yx), int)
    rank[np.arange(len(yx)) if order is None else order] = np.arange(len(yx))
    pairs = cKDTree(yx).query_pairs(radius, output_type="ndarray")
    loser = np.where(rank[pairs[:, 0]] > rank[pairs[:, 1]], pairs[:, 0], pairs[:, 1])
    keep[loser] = False
    return keep


def _is_column(fit, sublattice):
    """Which fits (n,) are columns: significant, and as bright as a column."""
    clear = fit.significance > SIGNIFICANCE
    for one in (A, B):
        sites = sublattice == one
        if 2 * clear[sites].sum() > sites.sum():
            clear[sites] = fit.significance[sites] > EXPECTED
    strength = np.ones(len(sublattice), bool)
    for one, reference, share in ((A, A, 0.2), (B, A, 0.05), (B, B, 0.15), (NEITHER, B, 0.7)):
        typical = fit.amplitude[(sublattice == reference) & clear]
        if typical.size:
            strength &= (sublattice != one) | (fit.amplitude > share * np.median(typical))
    return clear & strength


def _kept(fit, phase, cell_px, doubtful=False):
    """Rows of the fits that are columns, no two at one site; `doubtful`: also unclear ones at lattice sites."""
    sublattice = _sublattice(phase, fit.yx)
    keep = _is_column(fit, sublattice)
    if doubtful:
        keep |= (sublattice != NEITHER) & (fit.significance > DOUBTFUL)
    rows = np.flatnonzero(keep)
    order = np.argsort(-fit.amplitude[rows], kind="stable")
    return rows[_far_from_each_other(fit.yx[rows], SITE_RADIUS * cell_px, order)]


def _placed(fit, mask, lattice):
    """Place the columns outside the mask where their neighbours inside predict them, and as bright as these.

    Only the tail of such a column is visible, which says little about its position and amplitude.
    """
    inside = _inside(mask, fit.yx)
    outside, tree = np.flatnonzero(~inside), cKDTree(fit.yx[inside])
    seen = np.column_stack([fit.yx, fit.amplitude])
    a, b = lattice.vectors
    total, count = np.zeros((len(outside), 3)), np.zeros((len(outside), 1))
    for vector in (a, -a, b, -b):
        distance, index = tree.query(fit.yx[outside] + vector)
        near = distance < SITE_RADIUS * lattice.cell_px
        total[near] += seen[inside][index[near]] - np.append(vector, 0)
        count[near] += 1
    known = count[:, 0] > 0
    seen[outside[known]] = total[known] / count[known]
    return replace(fit, yx=seen[:, :2], amplitude=seen[:, 2])


def _refuse_few(columns):
    """Raise an InputError where there are too few columns for a fit."""
    if len(columns) < MIN_CELLS**2:
        raise InputError(
            f"only {len(columns)} atomic columns found: check that the image shows columns and the mask leaves them in"
        )


def _refined(image, mask, lattice, phase, maxima, threads):
    """Fit columns to the image: first all candidates, then the significant ones."""
    cell = lattice.cell_px
    yx, height = maxima
    yx = yx[_credible(phase, yx, height, cell)]
    yx = np.vstack([yx, _sites(phase, yx, lattice, mask)])

    def keep(fit):
        rows = np.sort(_kept(fit, phase, cell, doubtful=True))
        _refuse_few(rows)
        return rows, _placed(fit[rows], mask, lattice)

    fit = refine_columns(image, mask, yx, cell, keep, threads)
    fit = fit[_kept(fit, phase, cell)]
    return fit[_inside(mask, fit.yx)]


def find_columns(image, mask, lattice, finder="lattice", threads=1):
    """Find, refine and sort the atomic columns of an image.

    Candidates are the maxima of the band-passed image, and the lattice sites beside them without a maximum. All are
    refined by least squares, and those with a significant amplitude are kept. No threshold needs to be set for an
    image: the lattice gives the scale, and the fit gives the error bars. The place in the cell gives the sublattice:
    the brighter one is A (Bi, Pb), the other B (Fe, Ti).

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    lattice : ferrotune.columns.lattice.Lattice
    finder : {"lattice", "blob_log"}
        "blob_log" is the paper's detector, for comparison: whole-pixel positions, no refinement.
    threads : int
        Cores to work on; the result is the same, byte for byte, whatever their number.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        If the image holds fewer than 8 x 8 unit cells, or almost no column is found.

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.columns.lattice import find_lattice
    >>> from ferrotune.columns.sublattices import A, B
    >>> from ferrotune.images.normalisation import prepare
    >>> from ferrotune.simulation.film import simulate
    >>> from ferrotune.simulation.specimen import Specimen
    >>> film = simulate(Specimen(shape=(256, 256)), seed=1)
    >>> image, mask = prepare(film.image, np.ones(film.image.shape, bool))
    >>> columns = find_columns(image, mask, find_lattice(image, mask))
    >>> print(abs(len(columns.fit.yx) - len(film.columns_yx)) < 10)
    True
    >>> print(np.median(columns.fit.sigma_yx) < 0.2)  # px
    True
    >>> brightness = [np.median(columns.fit.amplitude[columns.sublattice == one]) for one in (A, B)]
    >>> print(brightness[0] > 2 * brightness[1])
    True
    """
    cell = lattice.cell_px
    extent = (np.ptp(np.flatnonzero(mask.any(axis=i)), axis=0) + 1 for i in (0, 1))
    if mask.sum() < (MIN_CELLS * cell) ** 2 or min(extent) < MIN_CELLS * cell:
        raise InputError(
            f"fewer than {MIN_CELLS} x {MIN_CELLS} unit cells of {cell:.1f} px in the unmasked image: "
            "use a larger field of view"
        )
    find = _blobs if finder == "blob_log" else _local_maxima
    image = without_steps(image, mask, cell)
    looks = delayed(LatticePhase)(image, mask, lattice), delayed(find)(image, mask, cell)
    phase, found = Parallel(n_jobs=min(threads, 2), prefer="threads")(looks)
    if finder == "blob_log":
        yx = found
        flat = np.full(len(yx), np.nan)
        fit = FittedColumns(yx, np.full_like(yx, np.nan), flat, flat, flat, flat)
    else:
        fit = _refined(image, mask, lattice, phase, found, threads)
    fit = fit[np.lexsort((fit.yx[:, 1], fit.yx[:, 0]))]
    _refuse_few(fit.yx)
    return Columns(fit, _sublattice(phase, fit.yx))


def doubts(columns, lattice, pixel_size_pm):
    """List what looks wrong about the columns, as sentences (list of str) for the user."""
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
