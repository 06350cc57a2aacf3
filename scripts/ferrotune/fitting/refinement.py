"""Sub-pixel positions: circular Gaussians on one background, fitted to all columns of an image together."""

from dataclasses import dataclass

import numpy as np
from joblib import Parallel
from scipy import sparse
from scipy.spatial import cKDTree

from ferrotune.fitting.background import Background
from ferrotune.fitting.curvature import curvature, gradient, misfit
from ferrotune.fitting.gaussians import AMPLITUDE, WIDTH, X, Y, windows
from ferrotune.fitting.normal import Field, covariances, solve
from ferrotune.fitting.picture import Picture

WINDOW_WIDTHS = 3.4  # radius of a column's window, in its widths: what lies beyond is below half a per cent
WIDTH_CELLS = 0.18  # a column's Gaussian width before any is fitted; HAADF columns have 0.15 to 0.22
WIDTH_RANGE = (0.7, 1.4)  # a column's width as a share of the one typical around it
ALIKE = (0.9, 1.1)  # the dim columns' typical width as a share of the bright ones': bright tails may look like theirs
SPREAD, SPREAD_RANGE = 0.02, (0.002, 0.1)  # how far widths scatter about it, share: at first, and limits to it
COMMON_SHARE = 0.3  # of what columns tell of their own widths, what they tell of a common one: amplitudes give way
SLOW_SHARE, FIXED_SHARE = 0.05, 1e-3  # how far the typical width varies over the image; and where it must not
# How elongated columns are expected to be, and the most that is followed; neighbours' tails tell it once more, and
# half a step keeps it from overshooting.
SHAPE_SPREAD, SHAPE_MOST, SHAPE_STEP = 0.1, 0.5, 0.5
BRIGHTEST = 3.0  # amplitude, in those of a bright column, beyond which nothing is a column's
REACH_CELLS = 0.2  # how far a column may move from its first guess
STEP_CELLS = 0.1  # how far it may move at once
COUPLED_CELLS = 1.2  # columns closer than this are solved for together
NODE_CELLS = 4.0  # spacing of the background's nodes
UNSEEN = 1e-4  # what keeps a column that is hardly seen where it is, as a share of what its reach would
# A column outside the mask shows its tail only. It stays at its first guess, give or take so many cells, and as
# bright as columns are, give or take this share: it is there for its neighbours' sake.
OUTSIDE_CELLS, OUTSIDE_SHARE = 0.003, 0.1
ROOM_CELLS = 0.8  # how far outside the image a column may stand
JUDGED_PASSES = (3, 5)  # after which it is asked what is a column
LEAST_PASSES, MOST_PASSES = 6, 12
WEIGHING_PASSES = (1, 2, 3)  # those that measure the noise; weights that went on changing would never rest
CURVED_PASSES = range(6)  # those that take the normal matrix anew; it hardly changes after
# How far steps are solved for, in standard errors: the first ones are corrected by those that follow.
COARSE, FINE = 0.05, 0.01
MOVING_CELLS = 0.01  # a column that moves more in a pass is not at rest
LIGHT_SHARE = 0.5  # how much of its light, or of the median, a column gains or loses in a pass
RESTING_PX = 0.01  # when but one column in a hundred moves less, the fit is done
FAINT = 3.0  # significance below which a position's error bar is not followed further
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
    return theta[:, AMPLITUDE] >= np.percentile(theta[:, AMPLITUDE], [10, 90]).mean()


def _spread(width, typical, error):
    """How far widths scatter about the typical one beyond their errors, as a share of it."""
    scatter = 1.4826 * np.median(np.abs(width / typical - 1))
    return float(np.clip(np.sqrt(max(scatter**2 - np.median(error / typical) ** 2, 0)), *SPREAD_RANGE))


class _Fit:
    """A fit between two passes: columns theta (n, 4), the background's level, and what is known of both."""

    def __init__(self, image, mask, guess, cell_px, parallel):
        self.shape = image.shape
        self.parallel, self.reach, self.longest = parallel, REACH_CELLS * cell_px, STEP_CELLS * cell_px
        self.widest = max(3, int(np.ceil(WINDOW_WIDTHS * WIDTH_CELLS * WIDTH_RANGE[1] * cell_px)))
        self.room = ROOM_CELLS * cell_px
        self.picture = Picture(image, mask, self.widest + int(np.ceil(self.room + self.reach)) + 2)
        self.background = Background(self.picture.values.shape, max(NODE_CELLS * cell_px, 2 * self.widest + 1))
        self.cell = cell_px
        n = len(guess)
        # Without amplitude a column has a derivative by its amplitude only: the first pass is linear.
        self.theta = np.column_stack([guess, np.zeros(n), np.full(n, WIDTH_CELLS * cell_px)])
        self.level = np.zeros(self.background.size)
        self.typical, self.free, self.spread = self.theta[:, WIDTH].copy(), None, SPREAD
        self.widths = np.zeros(2 * self.background.size)
        self.shapes = np.zeros((self.background.size, 2))
        self.noise, self.passes, self.moved = None, 0, np.inf
        self._start(guess)

    def _start(self, guess):
        """Forget what hangs on which columns there are."""
        self.guess = np.clip(guess, -self.room, np.array(self.shape) - 1 + self.room)
        self.theta[:, :2] = self.guess
        self.started = self.theta[:, AMPLITUDE].copy()
        at = np.rint(self.guess).astype(int) + self.picture.pad
        self.outside = ~self.picture.mask[at[:, 0], at[:, 1]]
        pairs = cKDTree(guess).query_pairs(COUPLED_CELLS * self.cell, output_type="ndarray")
        self.pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        self.damping = np.zeros(len(guess))
        self.step, self.information, self.curvature = np.zeros((len(guess), 2)), None, None

    def keep(self, rows, columns):
        """Go on with some of the columns only, from their positions and amplitudes in `columns`."""
        self.theta, self.typical, self.free = self.theta[rows], self.typical[rows], self.free[rows]
        self.theta[:, AMPLITUDE] = columns.amplitude / self.picture.scale
        self._start(columns.yx)

    def _compared(self):
        """Windows, weights and weighted residuals of the model as it stands."""
        radius = min(self.widest, max(3, int(np.ceil(WINDOW_WIDTHS * np.median(self.typical)))))
        at = windows(self.theta[:, :2], radius, self.picture.pad)
        model = self.picture.model(self.theta, self._shape(), at, self.background, self.level, self.parallel)
        if self.passes in WEIGHING_PASSES:
            self.noise = self.picture.noise(model, self.theta)
        return at, *self.picture.weigh(model, self.noise, self.parallel)

    def _field(self):
        """Widths of the brighter columns, and of the dimmer: each one width, and a slow field about it."""
        m, dim = self.background.size, np.where(_is_bright(self.theta), 0, 1)
        slow = self.background.shares(self.theta[:, :2] + self.picture.pad)
        entries = np.column_stack([slow.data.reshape(-1, 4), np.ones(len(dim))])
        entries[self.outside] = 0  # a tail tells no width
        indices = np.column_stack([slow.indices.reshape(-1, 4) + (m * dim)[:, None], 2 * m + dim])
        starts = 5 * np.arange(len(dim) + 1)
        shares = sparse.csr_array((entries.ravel(), indices.ravel(), starts), (len(dim), 2 * m + 2))
        # Widths wait until positions are roughly right: columns that are out of place look wide.
        share = [SLOW_SHARE] * (2 * m) + [1.0, 1.0] if self.passes > 1 else np.full(2 * m + 2, FIXED_SHARE)
        stiffness = (np.array(share) * np.median(self.typical)) ** -2.0
        return Field(shares, stiffness, -stiffness * np.append(self.widths, [0, 0]))

    def _know_widths(self, own, slope):
        """Widths that each column's own pixels tell, and how far they scatter about the typical ones."""
        inverse = np.linalg.inv(own)
        width, error = self.theta[:, WIDTH], np.sqrt(inverse[:, WIDTH, WIDTH])
        # Columns that are each placed where noise sits too are too narrow by as much as noise moves them.
        noise = np.minimum((inverse[:, Y, Y] + inverse[:, X, X]) / 2, width**2 / 8)
        slope[:, WIDTH] += COMMON_SHARE * noise / (2 * width * error**2)
        self.free = width + np.einsum("nj,nj->n", inverse[:, WIDTH], slope)
        bright = _is_bright(self.theta) & ~self.outside
        if bright.any():
            self.spread = _spread(self.free[bright], self.typical[bright], error[bright])

    def _shape(self):
        """Elongations (n, 2) of the columns, those of the field of shapes about them."""
        return self.background.shares(self.theta[:, :2] + self.picture.pad) @ self.shapes

    def _bend(self, own, by_shape):
        """Step of the field of shapes: tilt and astigmatism elongate all columns of a place alike."""
        shares = self.background.shares(self.theta[:, :2] + self.picture.pad).T
        # (t^2 - u^2)^2 / 4 and t^2 u^2 are a quarter each under the square of a Gaussian.
        told = shares @ (self.theta[:, AMPLITUDE] ** 2 * own[:, AMPLITUDE, AMPLITUDE] / 4) + SHAPE_SPREAD**-2
        step = SHAPE_STEP * (shares @ by_shape - self.shapes / SHAPE_SPREAD**2) / told[:, None]
        self.shapes = np.clip(self.shapes + np.clip(step, -SHAPE_SPREAD, SHAPE_SPREAD), -SHAPE_MOST, SHAPE_MOST)

    def _width_share(self):
        return self.spread if self.passes > 1 else FIXED_SHARE

    def _known(self):
        """What is known of the columns before they are measured, as 1 / variance (n, 4), and its gradient."""
        known, expected = np.zeros_like(self.theta), self.theta.copy()
        known[:, WIDTH], expected[:, WIDTH] = (self._width_share() * self.typical) ** -2, self.typical
        out = self.outside
        if self.passes and not out.all():
            typical = np.median(self.theta[~out, AMPLITUDE])
            known[out, :3] = np.array([OUTSIDE_CELLS * self.cell] * 2 + [OUTSIDE_SHARE * typical]) ** -2.0
            known[out, WIDTH] = (FIXED_SHARE * self.typical[out]) ** -2
            expected[out, :2] = self.guess[out]
            expected[out, AMPLITUDE] = self.started[out] if self.passes >= JUDGED_PASSES[0] else typical
        return known, known * (expected - self.theta)

    def advance(self):
        """One pass: a step of all columns and the background towards the least weighted squares."""
        self.compared = self._compared()
        at, weight, weighted = self.compared
        slope, by_shape = gradient(self.theta, at, weighted, self.parallel)
        if self.passes in CURVED_PASSES:
            self.curvature = curvature(self.theta, at, weight, self.background, self.pairs, self.parallel)
            # What is not seen at all stays where it is, and leaves the equations sound.
            self.curvature.own[:, [Y, X], [Y, X]] += UNSEEN / self.reach**2
            self.curvature.own[:, [AMPLITUDE, WIDTH], [AMPLITUDE, WIDTH]] += UNSEEN
        matrix = self.curvature
        if self.passes > 1:
            self._know_widths(matrix.own, slope)
            self._bend(matrix.own, by_shape)
        known, expected = self._known()
        self.information, self.fitted = (matrix, known.copy()), self.theta
        known[:, :2] += 1 / self.reach**2
        known += self.damping[:, None] * np.einsum("nii->ni", matrix.own)
        field = self._field()
        tolerance = FINE if self.passes >= max(CURVED_PASSES) else COARSE
        nodes = self.background.gradient(weighted)
        step, widths, level = solve(matrix, known, slope, expected, nodes, field, tolerance, self.parallel.n_jobs)
        self.widths += widths[:-2]
        self._move(step, field.shares @ widths, level)
        self.passes += 1

    def _move(self, step, widths, level):
        """Take a step within bounds, and mind columns that swing to and fro."""
        before = self.theta[:, :2].copy()
        self.typical = self.typical + widths
        bright = _is_bright(self.theta)
        usual = np.median(self.typical[bright])
        low, high = (share * usual for share in WIDTH_RANGE)
        least, most = (
            np.where(bright, share * usual, alike * usual) for share, alike in zip(WIDTH_RANGE, ALIKE, strict=True)
        )
        self.typical = np.clip(self.typical, least, most)
        for kind in (bright, ~bright):
            seen = kind & ~self.outside
            self.typical[kind & self.outside] = np.median(self.typical[seen]) if seen.any() else usual
        self.level = self.level + level
        # Light is passed from column to column by degrees: where two share it they would take turns.
        most = LIGHT_SHARE * np.maximum(self.theta[:, AMPLITUDE], np.median(self.theta[:, AMPLITUDE]))
        if self.passes:
            step[:, AMPLITUDE] = np.clip(step[:, AMPLITUDE], -most, most)
        self.theta = self.theta + np.column_stack([np.clip(step[:, :2], -self.longest, self.longest), step[:, 2:]])
        self.theta[:, :2] = np.clip(self.theta[:, :2], self.guess - self.reach, self.guess + self.reach)
        brightest = BRIGHTEST * np.percentile(self.theta[:, AMPLITUDE], 95)
        self.theta[:, AMPLITUDE] = np.clip(self.theta[:, AMPLITUDE], 0, max(brightest, 0))
        self.theta[:, WIDTH] = np.clip(self.theta[:, WIDTH] + widths, low, high)
        step = self.theta[:, :2] - before
        swings = (step * self.step).sum(1) < -0.5 * (self.step**2).sum(1)
        self.damping = np.where(swings, 3 * self.damping + 1, 0.3 * self.damping)
        if self.passes >= max(CURVED_PASSES):
            # What still moves has left the place that the normal matrix was taken at.
            moving = np.abs(step).max(axis=1) > MOVING_CELLS * self.cell
            self.damping = np.where(moving, np.maximum(self.damping, 3), self.damping)
        inside = np.abs(np.append(step[~self.outside], [[0, 0]], axis=0)).max(axis=1)
        self.step, self.moved = step, np.percentile(inside, 99)

    def columns(self):
        """The columns as they stand."""
        square, pixels = misfit(self.fitted, *self.compared, self.parallel).T
        # More noise about a column than about others: what no Gaussian explains.
        usual = np.median(square / np.maximum(pixels, 1))
        scale = (square + CHI_PIXELS * usual) / (pixels + CHI_PIXELS) / max(usual, 1e-12)
        sigma = np.sqrt(np.einsum("nii->ni", covariances(*self.information)) * scale[:, None])
        significance = self.theta[:, AMPLITUDE] / sigma[:, AMPLITUDE]
        # The best position is where noise, too, is brightest: squared amplitudes are too large by twice their
        # variance, and errors that are not small beside the width add about as much again.
        sigma[:, :2] /= np.sqrt(1 - 4 / np.maximum(significance, FAINT)[:, None] ** 2)
        yx, amplitude = self.theta[:, :2], self.theta[:, AMPLITUDE]
        stopped = (np.abs(yx - self.guess) >= self.reach).any(axis=1)
        level = self.background.shares(yx + self.picture.pad) @ self.level
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
        Asked twice, when the fit is good enough to judge: rows (m,) of the columns to go on with, and FittedColumns
        whose positions and amplitudes to go on from. The others' light is then given back to their neighbours.
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
        while fit.passes < LEAST_PASSES or (fit.passes < MOST_PASSES and fit.moved > RESTING_PX):
            fit.advance()
            if keep is not None and fit.passes in JUDGED_PASSES:
                kept, columns = keep(fit.columns())
                fit.keep(kept, columns)
                rows = rows[kept]
        return fit.columns()[np.argsort(rows)]
