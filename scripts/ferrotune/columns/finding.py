"""Find atomic columns without a threshold for each image, refine them, and sort them into sublattices."""

from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from scipy.spatial import cKDTree

from ferrotune.columns.candidates import blobs, local_maxima
from ferrotune.columns.expected_sites import ExpectedSites, inside, near_mask
from ferrotune.columns.fit.refinement import FittedColumns, refine_columns
from ferrotune.columns.motif import PEROVSKITE_100, SITE_RADIUS, Motif
from ferrotune.columns.phase import LatticePhase
from ferrotune.columns.sublattices import NEITHER, A, B
from ferrotune.errors import InputError
from ferrotune.images.slow_background import without_steps

SIGNIFICANCE = 3.0  # amplitude over its standard error: below, there is no column
EXPECTED = 2.0  # the same at a site of a sublattice most of whose sites are significant
OFF_SITE_SHARE = 0.7  # height of a maximum off the sites over that of the dimmer sublattice: below, it is noise
TAIL_CELLS = 0.6  # a column so far outside the mask still adds intensity inside
DOUBTFUL = 1.0  # significance at a lattice site below which a candidate leaves the fit
# The shoulder of an elongated column is no second column. All are ours: found on pto_junction.tif, where shoulders
# are 0.3 to 0.5 cells from A, and on films of elongated columns of 10 px a cell; judged on others of 26 px.
APART = 0.75  # of the least distance of two columns of a sublattice; two that are nearer are one
APART_OFF_SITE = 0.6  # of the least distance in the motif, where one of the two is of no sublattice
AS_STRONG = 0.8  # amplitude over that of the other; from here on both are columns
MIN_CELLS = 8


@dataclass(frozen=True)
class Columns:
    """Atomic columns in reading order: `fit` (n rows) and `sublattice` (n,) int8, 0 = A, 1 = B, -1 = neither.

    motif: where in the cell they stand.
    """

    fit: FittedColumns
    sublattice: np.ndarray
    motif: Motif = PEROVSKITE_100

    def of(self, sublattice):
        """Positions (n, 2) px of one sublattice."""
        return self.fit.yx[self.sublattice == sublattice]


def _credible(sites, yx, height):
    """Choose maxima (n,) bool to fit: the highest at each site, and off the sites all that are as high as a column."""
    sublattice, cell_px = sites.kind(yx), sites.cell_px
    on_site = sublattice != NEITHER
    alone = np.zeros(len(yx), bool)
    alone[on_site] = _far_from_each_other(
        yx[on_site], SITE_RADIUS * cell_px, np.argsort(-height[on_site], kind="stable")
    )
    dimmer = min(
        (np.median(height[sublattice == one]) for one in range(len(sites.motif.places)) if (sublattice == one).any()),
        default=0,
    )
    return alone | ~on_site & (height > OFF_SITE_SHARE * dimmer)


def _unseen(sites, yx, mask):
    """Find lattice sites (m, 2) px beside columns that have no column yet: dim columns, and those just outside.

    A column outside the image or the mask adds intensity inside, and is fitted for its neighbours only.
    """
    found, radius = sites.beside(yx), SITE_RADIUS * sites.cell_px
    found = found[_far_from_each_other(found, radius)]
    distance, _ = cKDTree(yx).query(found)
    found = found[distance > radius]
    return found[near_mask(mask, found, TAIL_CELLS * sites.cell_px)]


def _far_from_each_other(yx, radius, order=None):
    """Choose points (n,) bool so that no two are within radius px; the earlier in `order` has priority."""
    keep = np.ones(len(yx), bool)
    rank = np.empty(len(yx), int)
    rank[np.arange(len(yx)) if order is None else order] = np.arange(len(yx))
    pairs = cKDTree(yx).query_pairs(radius, output_type="ndarray")
    loser = np.where(rank[pairs[:, 0]] > rank[pairs[:, 1]], pairs[:, 0], pairs[:, 1])
    keep[loser] = False
    return keep


def _is_column(fit, sublattice, kinds):
    """Which fits (n,) are columns: significant, and as bright as a column; `sublattice` (n,) is one of `kinds`."""
    clear = fit.significance > SIGNIFICANCE
    for one in range(kinds):
        sites = sublattice == one
        if 2 * clear[sites].sum() > sites.sum():
            clear[sites] = fit.significance[sites] > EXPECTED
    strength = np.ones(len(sublattice), bool)
    least = [(A, A, 0.2), (NEITHER, B if (clear & (sublattice == B)).any() else A, 0.7)]
    for other in range(1, kinds):
        least += [(other, A, 0.05), (other, other, 0.15)]
    for one, reference, share in least:
        typical = fit.amplitude[(sublattice == reference) & clear]
        if typical.size:
            strength &= (sublattice != one) | (fit.amplitude > share * np.median(typical))
    return clear & strength


def _shoulders(fit, rows, sites):
    """Which rows (m,) of the fits are the shoulder of a stronger column: nearer than columns stand, and weaker."""
    sublattice = sites.kind(fit.yx)
    least = sites.motif.least_px(sites.lattice)
    share = np.full(least.shape, APART_OFF_SITE)
    share[:-1, :-1] = APART
    least = share * least
    pairs = rows[cKDTree(fit.yx[rows]).query_pairs(least.max(), output_type="ndarray")]
    weaker = fit.amplitude[pairs].argmin(axis=1)
    one, other = (np.take_along_axis(pairs, k[:, None], axis=1)[:, 0] for k in (weaker, 1 - weaker))
    distance = np.hypot(*(fit.yx[one] - fit.yx[other]).T)
    near = distance < least[sublattice[one], sublattice[other]]  # kind -1 is the last
    return one[near & (fit.amplitude[one] < AS_STRONG * fit.amplitude[other])]


def _kept(fit, sites, doubtful=False, shoulders=True):
    """Rows of the fits that are columns, no two at one site; `doubtful`: also unclear ones at lattice sites."""
    sublattice = sites.kind(fit.yx)
    keep = _is_column(fit, sublattice, len(sites.motif.places))
    if doubtful:
        keep |= (sublattice != NEITHER) & (fit.significance > DOUBTFUL)
    rows = np.flatnonzero(keep)
    if not shoulders:
        rows = np.setdiff1d(rows, _shoulders(fit, rows, sites))
    order = np.argsort(-fit.amplitude[rows], kind="stable")
    return rows[_far_from_each_other(fit.yx[rows], SITE_RADIUS * sites.cell_px, order)]


def _placed(fit, mask, sites):
    """Place the columns outside the mask where their neighbours inside predict them, and as bright as these.

    Only the tail of such a column is visible, which says little about its position and amplitude.
    """
    within = inside(mask, fit.yx)
    outside, tree = np.flatnonzero(~within), cKDTree(fit.yx[within])
    seen = np.column_stack([fit.yx, fit.amplitude])
    a, b = sites.lattice.vectors
    total, count = np.zeros((len(outside), 3)), np.zeros((len(outside), 1))
    for vector in (a, -a, b, -b):
        distance, index = tree.query(fit.yx[outside] + vector)
        near = distance < SITE_RADIUS * sites.cell_px
        total[near] += seen[within][index[near]] - np.append(vector, 0)
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


def _refined(image, mask, sites, maxima, threads, tails):
    """Fit columns to the image: first all candidates, then the significant ones."""
    yx, height = maxima
    yx = yx[_credible(sites, yx, height)]
    yx = np.vstack([yx, _unseen(sites, yx, mask)])

    def fitted(shoulders):
        def keep(fit):
            rows = np.sort(_kept(fit, sites, True, shoulders))
            _refuse_few(rows)
            return rows, _placed(fit[rows], mask, sites)

        fit = refine_columns(image, mask, yx, sites.cell_px, keep, threads, tails)
        return fit[_kept(fit, sites, shoulders=shoulders)]

    fit = fitted(shoulders=True)
    if len(_shoulders(fit, np.flatnonzero(inside(mask, fit.yx)), sites)):
        fit = fitted(shoulders=False)  # again, so that their intensity belongs to the columns whose shoulders they are
    return fit[inside(mask, fit.yx)]


def _named(columns):
    """Columns whose A are the brighter ones, where the phases of the lattice could not know them; the others are B."""
    sublattice = np.where(columns.sublattice > B, NEITHER, columns.sublattice).astype(np.int8)
    typical = [np.median(columns.fit.amplitude[sublattice == one]) for one in (A, B) if (sublattice == one).any()]
    if columns.motif.alike and len(typical) == 2 and typical[0] < typical[1]:
        sublattice = np.array([B, A, NEITHER], np.int8)[sublattice]
    return replace(columns, sublattice=sublattice)


def find_columns(image, mask, lattice, finder="lattice", threads=1, shape="gaussian"):
    """Find, refine and sort the atomic columns of an image.

    Candidates are the maxima of the band-passed image, and the lattice sites beside them without a maximum. All are
    refined by least squares, and those with a significant amplitude are kept. No threshold needs to be set for an
    image: the lattice gives the scale, and the fit gives the error bars. The place in the cell gives the sublattice:
    the brighter one is A (Bi, Pb), the other B (Fe, Ti). Further columns of the cell belong to neither.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    lattice : ferrotune.columns.phase.Lattice
    finder : {"lattice", "blob_log"}, or a function
        "blob_log" is the paper's detector, for comparison: whole-pixel positions, no refinement. A function of image,
        mask and the length of a unit cell (px) gives positions (n, 2) float px, which are not refined either.
    threads : int
        Cores to work on; the result is the same, byte for byte, whatever their number.
    shape : {"gaussian", "tail"}
        Of the columns. The tail is measured from the image, see `ferrotune.columns.fit.tails`.

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
    find = {"lattice": local_maxima, "blob_log": blobs}.get(finder, finder)
    image = without_steps(image, mask, cell)
    looks = delayed(LatticePhase)(image, mask, lattice), delayed(find)(image, mask, lattice.motif.scale_px(lattice))
    phase, found = Parallel(n_jobs=min(threads, 2), prefer="threads")(looks)
    sites = ExpectedSites(lattice, phase)
    if finder != "lattice":
        yx = found
        flat = np.full(len(yx), np.nan)
        fit = FittedColumns(yx, np.full_like(yx, np.nan), flat, flat, flat, flat)
    else:
        fit = _refined(image, mask, sites, found, threads, shape == "tail")
    fit = fit[np.lexsort((fit.yx[:, 1], fit.yx[:, 0]))]
    _refuse_few(fit.yx)
    return _named(Columns(fit, sites.kind(fit.yx), lattice.motif))
