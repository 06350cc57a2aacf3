"""Sub-pixel positions: circular Gaussians on one background, fitted to all columns of an image together."""

from dataclasses import dataclass

import numpy as np
from joblib import Parallel
from scipy.spatial import cKDTree

from ferrotune.background import Background
from ferrotune.curvature import curvature, gradient
from ferrotune.gaussians import AMPLITUDE, WIDTH, X, Y, windows
from ferrotune.normal import covariances, solve
from ferrotune.picture import Picture

WINDOW_WIDTHS = 3.4  # radius of a column's window, in its widths: what lies beyond is below half a per cent
WIDTH_CELLS = 0.18  # a column's Gaussian width before any is fitted; HAADF columns have 0.15 to 0.22
WIDTH_RANGE = (0.7, 1.4)  # a column's width as a share of the one typical around it
SPREAD_RANGE = (0.002, 0.1)  # limits to how far columns' widths are taken to scatter about it, share
AROUND = 24  # columns over which the typical width is taken
REACH_CELLS = 0.2  # how far a column may move from its first guess
STEP_CELLS = 0.1  # how far it may move at once
COUPLED_CELLS = 1.2  # columns closer than this are solved for together
NODE_CELLS = 4.0  # spacing of the background's nodes
UNSEEN = 1e-4  # what keeps a column that is hardly seen where it is, as a share of what its reach would
# A column outside the mask shows its tail only. It stays at its first guess, give or take so many cells, and as
# bright as columns are, give or take this share: it is there for its neighbours' sake.
OUTSIDE_CELLS, OUTSIDE_SHARE = 0.03, 0.5
# In loose passes widths are free, to find the typical one together with amplitudes and background. Widths that
# stayed free would cost positions: each trades with its neighbours' tails.
LOOSE_PASSES = 4
TRIAL_PASSES = 3
PASSES = 8
WEIGHING_PASSES = (1, 2, 3)  # those that measure the noise; weights that went on changing would never rest
CURVED_PASSES = (0, 1, 2, 3, 5)  # those that take the normal matrix anew; it hardly changes after
RESTING_PX = 1e-3  # when no column moves more, the fit is done
FAINT = 2.0  # significance below which a position's error bar is not followed further
CHI_PIXELS = 200  # pixels' worth of trust in the noise of the whole image against that of a column's window


@dataclass(frozen=True)
class FittedColumns:
    """One row a column: yx and sigma_yx (n, 2) px; amplitude, width (px), background (n,).

    sigma_yx is NaN where a fit stopped at its reach.
    significance (n,): amplitude over its standard error.
    """

    yx: np.ndarray
    sigma_yx: np.ndarray
    amplitude: np.ndarray
    width: np.ndarray
    background: np.ndarray
    significance: np.ndarray

    def __getitem__(self, keep):
        return FittedColumns(**{name: value[keep] for name, value in vars(self).items()})


def _is_bright(theta):
    return theta[:, AMPLITUDE] >= np.median(theta[:, AMPLITUDE])


def _typical_width(theta, width):
    """Median width (n,) of the columns around each, of the brighter or the dimmer half as it is itself."""
    typical, bright = np.empty(len(theta)), _is_bright(theta)
    for half in (bright, ~bright):
        if half.any():
            at = theta[half, :2]
            _, near = cKDTree(at).query(at, k=min(AROUND, len(at)))
            typical[half] = np.median(width[half][near.reshape(len(at), -1)], axis=1)
    return typical


def _spread(width, typical, error):
    """How far widths scatter about the typical one beyond their errors, as a share of it."""
    scatter = 1.4826 * np.median(np.abs(width / typical - 1))
    return float(np.clip(np.sqrt(max(scatter**2 - np.median(error / typical) ** 2, 0)), *SPREAD_RANGE))


class _Fit:
    """A fit between two passes: columns theta (n, 4), the background's level, and what is known of both."""

    def __init__(self, image, mask, guess, cell_px, parallel):
        self.parallel, self.reach, self.longest = parallel, REACH_CELLS * cell_px, STEP_CELLS * cell_px
        self.widest = max(3, int(np.ceil(WINDOW_WIDTHS * WIDTH_CELLS * WIDTH_RANGE[1] * cell_px)))
        self.picture = Picture(image, mask, self.widest + int(np.ceil(self.reach)) + 2)
        self.background = Background(self.picture.values.shape, max(NODE_CELLS * cell_px, 2 * self.widest + 1))
        self.cell = cell_px
        n = len(guess)
        # Without amplitude a column has a derivative by its amplitude only: the first pass is linear.
        self.theta = np.column_stack([guess, np.zeros(n), np.full(n, WIDTH_CELLS * cell_px)])
        self.level = np.zeros(self.background.size)
        self.typical, self.free, self.spread = self.theta[:, WIDTH].copy(), None, SPREAD_RANGE[1]
        self.noise, self.passes, self.moved = None, 0, np.inf
        self._start(guess)

    def _start(self, guess):
        """Forget what hangs on which columns there are."""
        self.guess = guess
        at = np.rint(guess).astype(int) + self.picture.pad
        self.outside = ~self.picture.mask[at[:, 0], at[:, 1]]
        pairs = cKDTree(guess).query_pairs(COUPLED_CELLS * self.cell, output_type="ndarray")
        self.pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        self.curvature, self.damping = None, np.zeros(len(guess))
        self.step, self.covariances, self.chi = np.zeros((len(guess), 2)), None, None

    def keep(self, rows):
        """Go on with some of the columns only."""
        self.theta, self.typical, self.free = self.theta[rows], self.typical[rows], self.free[rows]
        self._start(self.theta[:, :2].copy())

    def _compared(self):
        """Windows, weights and weighted residuals of the model as it stands."""
        radius = min(self.widest, max(3, int(np.ceil(WINDOW_WIDTHS * np.median(self.typical)))))
        at = windows(self.theta[:, :2], radius, self.picture.pad)
        model = self.picture.model(self.theta, at, self.background, self.level, self.parallel)
        if self.passes in WEIGHING_PASSES:
            self.noise = self.picture.noise(model, self.theta)
        return at, *self.picture.weigh(model, self.noise, self.parallel)

    def _know_widths(self, own, slope):
        """Widths that each column's own pixels tell, the typical ones around, and how far they scatter."""
        inverse = np.linalg.inv(own)
        low, high = (share * self.typical for share in WIDTH_RANGE)
        free = self.theta[:, WIDTH] + np.einsum("nj,nj->n", inverse[:, WIDTH], slope)
        # Each column placed where its own noise sits is too narrow by as much as noise moves it.
        noise = np.minimum((inverse[:, Y, Y] + inverse[:, X, X]) / 2, low**2 / 4)
        self.free = np.clip(np.sqrt(free**2 + noise), low, high)
        loose = self.passes < LOOSE_PASSES
        self.typical = _typical_width(self.theta, self.theta[:, WIDTH] if loose else self.free)
        bright = _is_bright(self.theta)
        error = np.sqrt(inverse[bright, WIDTH, WIDTH])
        self.spread = _spread(self.free[bright], self.typical[bright], error)

    def advance(self):
        """One pass: a step of all columns and the background towards the least weighted squares."""
        at, weight, weighted = self._compared()
        slope, chi = gradient(self.theta, at, weight, weighted, self.parallel)
        if self.curvature is None or self.passes in CURVED_PASSES:
            self.curvature = curvature(self.theta, at, weight, self.background, self.pairs, self.parallel)
        own = self.curvature.own.copy()
        own[:, [Y, X], [Y, X]] += UNSEEN / self.reach**2
        own[:, [AMPLITUDE, WIDTH], [AMPLITUDE, WIDTH]] += UNSEEN
        if self.passes > 1:
            self._know_widths(own, slope)
        # Bayes: a width is known before it is measured, as well as widths around are alike.
        known = own.copy()
        known[:, WIDTH, WIDTH] += 1 / (self.spread * self.typical) ** 2
        self.covariances, self.chi = (known, self.curvature), chi
        loose = self.passes < LOOSE_PASSES
        prior = 1 / ((SPREAD_RANGE[1] if loose else self.spread) * self.typical) ** 2
        own[:, WIDTH, WIDTH] += prior
        slope[:, WIDTH] += prior * (self.typical - self.theta[:, WIDTH])
        if self.passes and self.outside.any():
            self._hold_outside(own, slope)
        own[:, [Y, X], [Y, X]] *= 1 + self.damping[:, None]
        own[:, [Y, X], [Y, X]] += 1 / self.reach**2
        step, level = solve(own, self.curvature, slope, self.background.gradient(weighted))
        self._move(step, level)
        self.passes += 1

    def _hold_outside(self, own, slope):
        """Add what is known of columns outside the mask to their blocks and gradients."""
        out, typical = self.outside, np.median(self.theta[~self.outside, AMPLITUDE])
        known = np.array([OUTSIDE_CELLS * self.cell, OUTSIDE_CELLS * self.cell, OUTSIDE_SHARE * typical]) ** -2.0
        expected = np.column_stack([self.guess[out], np.full(out.sum(), typical)])
        own[out, :3, :3] += np.diag(known)
        slope[out, :3] += known * (expected - self.theta[out, :3])

    def _move(self, step, level):
        """Take a step within bounds, and mind columns that swing to and fro."""
        before = self.theta[:, :2].copy()
        self.level = self.level + level
        self.theta = self.theta + np.column_stack([np.clip(step[:, :2], -self.longest, self.longest), step[:, 2:]])
        self.theta[:, :2] = np.clip(self.theta[:, :2], self.guess - self.reach, self.guess + self.reach)
        self.theta[:, AMPLITUDE] = np.maximum(self.theta[:, AMPLITUDE], 0)
        low, high = (share * self.typical for share in WIDTH_RANGE)
        self.theta[:, WIDTH] = np.clip(self.theta[:, WIDTH], low, high)
        step = self.theta[:, :2] - before
        swings = (step * self.step).sum(1) < -0.25 * (self.step**2).sum(1)
        self.damping = np.where(swings, 3 * self.damping + 1, 0.3 * self.damping)
        self.step, self.moved = step, np.abs(step).max(initial=0)

    def columns(self):
        """The columns as they stand."""
        square, pixels = self.chi.T
        # More noise about a column than about others: what no Gaussian explains.
        usual = np.median(square / np.maximum(pixels, 1))
        scale = (square + CHI_PIXELS * usual) / (pixels + CHI_PIXELS) / max(usual, 1e-12)
        sigma = np.sqrt(np.einsum("nii->ni", covariances(*self.covariances)) * scale[:, None])
        significance = self.theta[:, AMPLITUDE] / sigma[:, AMPLITUDE]
        # The best position is where noise, too, is brightest: squared amplitudes are too large by twice their
        # variance, which makes the errors of faint columns' positions look too small.
        sigma[:, :2] /= np.sqrt(1 - 2 / np.maximum(significance, FAINT)[:, None] ** 2)
        yx, amplitude = self.theta[:, :2], self.theta[:, AMPLITUDE]
        stopped = (np.abs(yx - self.guess) >= self.reach).any(axis=1)
        level = self.background.at(self.level, yx + self.picture.pad)
        return FittedColumns(
            yx,
            np.where(stopped[:, None], np.nan, sigma[:, :2]),
            amplitude * self.picture.scale,
            self.free,
            level * self.picture.scale + self.picture.offset,
            significance,
        )


def refine_columns(image, mask, yx, cell_px, keep=None, threads=1):
    """Refine column positions by weighted least squares, with error bars.

    Each column is a circular Gaussian (amplitude, width), and all stand on one smooth background. All are fitted
    together by Gauss-Newton steps with weights from the noise that the residuals show, and in the end with widths
    that are known as well as those of the columns around are alike.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    yx : (n, 2) first guesses, px
    cell_px : float, length of a unit cell in px
    keep : function of FittedColumns, or None
        Asked once, when the fit is good enough to judge: rows of the columns to go on with. The others' light
        is then given back to their neighbours.
    threads : int
        Cores to work on; the result is the same, byte for byte, whatever their number.

    Returns
    -------
    FittedColumns, in the order of yx; of those kept
    """
    yx = np.asarray(yx, float)
    rows = np.lexsort((yx[:, 1], yx[:, 0]))  # the order of the sums, and with it the last digits
    with Parallel(n_jobs=threads, prefer="threads") as parallel:
        fit = _Fit(image, mask, yx[rows], cell_px, parallel)
        for _ in range(TRIAL_PASSES):
            fit.advance()
        if keep is not None:
            kept = np.sort(keep(fit.columns()))
            fit.keep(kept)
            rows = rows[kept]
        while fit.passes < PASSES and (fit.passes <= LOOSE_PASSES + 1 or fit.moved > RESTING_PX):
            fit.advance()
        return fit.columns()[np.argsort(rows)]
