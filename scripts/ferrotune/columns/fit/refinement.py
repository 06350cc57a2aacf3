"""Sub-pixel positions: Gaussians on one background, fitted to all columns of an image together."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.columns.fit.background import Background
from ferrotune.columns.fit.damping import Damping
from ferrotune.columns.fit.gaussians import AMPLITUDE, WIDTH, X, Y, windows
from ferrotune.columns.fit.normal_matrix import curvature, gradient, misfit
from ferrotune.columns.fit.padded_image import Picture
from ferrotune.columns.fit.shapes import Shapes
from ferrotune.columns.fit.solver import covariances, solve
from ferrotune.columns.fit.threads import Threads
from ferrotune.columns.fit.widths import Widths

WINDOW_WIDTHS = 3.4  # radius of a column's window, in its widths: what lies beyond is below half a per cent
WIDEST_CELLS = 0.86  # the most that it may be
BRIGHTEST = 3.0  # amplitude, in those of a bright column, beyond which nothing is a column's
REACH_CELLS = 0.2  # how far a column may move from its first guess
STEP_CELLS = 0.1  # how far it may move at once
BLOCK = 512.0  # px; side of the parts of an image whose columns follow each other in memory, and with them their pixels
COUPLED_CELLS = 1.2  # columns closer than this are solved for together
# Columns of a typical width beyond this overlap further. Left uncoupled they make a normal matrix that is no longer
# positive, with steps of any length; coupled, some steps are still hardly told, and a little damping is to hold them.
WIDE_CELLS, WIDE_COUPLED_CELLS, WIDE_DAMPING = 0.21, 1.75, 0.01
NODE_CELLS = 4.0  # spacing of the background's nodes
UNSEEN = 1e-4  # what keeps a column that is hardly seen where it is, as a share of what its reach would
# A column outside the mask shows its tail only. It stays at its first guess, give or take so many cells, and as
# bright as columns are, give or take this share: it is there for its neighbours' sake.
OUTSIDE_CELLS, OUTSIDE_SHARE = 0.003, 0.1
WHOLE_CELLS = 0.5  # how far around a column there is to be signal for it to tell its own shape
ROOM_CELLS = 0.8  # how far outside the image a column may stand
STILL_PASSES = 2  # in which widths wait: columns that are out of place look wide
JUDGED_PASSES = (3, 5)  # after which it is asked what is a column
LEAST_PASSES, MOST_PASSES = 6, 12
MOST_HELD = 6  # passes held back, which do not count: where widths are far from those that the fit began with
UPHILL = 1.01  # growth of the squares from which on a step is halved: weights change a little from pass to pass
MOST_HALVINGS = 4
HARDER, SOFTER = 3.0, 0.3  # how damping of all columns goes on after a halved step (one more), and after any
WEIGHING_PASSES = (1, 2, 3)  # those that measure the noise; weights that went on changing would never rest
CURVED_PASSES = range(6)  # those that take the normal matrix anew; it hardly changes after
# How far steps are solved for, in standard errors: the first ones are corrected by those that follow.
COARSE, FINE = 0.05, 0.007
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


class _Fit:
    """A fit between two passes: columns theta (n, 4), the background's level, and what is known of both."""

    def __init__(self, image, mask, guess, cell_px, threads):
        self.shape, self.cell, self.threads = image.shape, cell_px, threads
        self.reach, self.longest, self.room = (c * cell_px for c in (REACH_CELLS, STEP_CELLS, ROOM_CELLS))
        self.widest = max(3, int(np.ceil(WIDEST_CELLS * cell_px)))
        self.picture = Picture(image, mask, self.widest + int(np.ceil(self.room + self.reach)) + 2)
        self.background = Background(self.picture.values.shape, max(NODE_CELLS * cell_px, 2 * self.widest + 1))
        self.widths = Widths(len(guess), cell_px, self.background.size)
        self.shapes = Shapes(self.background.size)
        # Without amplitude a column has a derivative by its amplitude only: the first pass is linear.
        self.theta = np.column_stack([guess, np.zeros(len(guess)), self.widths.typical])
        self.level = np.zeros(self.background.size)
        self.noise, self.passes, self.held, self.moved = None, 0, 0, np.inf
        self._start(guess)

    def _start(self, guess):
        """Forget what hangs on which columns there are."""
        self.guess = np.clip(guess, -self.room, np.array(self.shape) - 1 + self.room)
        self.started = self.theta[:, AMPLITUDE].copy()
        at = np.rint(self.guess).astype(int) + self.picture.pad
        self.outside = ~self.picture.mask[at[:, 0], at[:, 1]]
        self.whole = self._are_whole()
        self.wide, self.pairs = False, None
        self._couple()
        self.damping = Damping(len(guess))
        self.information, self.curvature = None, None
        self.before, self.square, self.caution = None, np.inf, 0.0

    def _couple(self):
        """Pair columns (p, 2) to be solved for together, i < j and sorted; further ones once they prove wide."""
        wide = bool(np.median(self.widths.typical) > WIDE_CELLS * self.cell)
        if self.pairs is None or wide > self.wide:
            far = (WIDE_COUPLED_CELLS if wide else COUPLED_CELLS) * self.cell
            pairs = cKDTree(self.theta[:, :2]).query_pairs(far, output_type="ndarray")
            self.wide, self.pairs = wide, pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]

    def _are_whole(self):
        """Whether columns (n,) have signal all around them."""
        around = np.rint(WHOLE_CELLS * self.cell * np.array([[-1, 0], [0, -1], [0, 0], [0, 1], [1, 0]]))
        at = np.rint(self.guess).astype(int)[:, None] + self.picture.pad + around.astype(int)
        return self.picture.mask[at[..., 0], at[..., 1]].all(axis=1)

    def keep(self, rows, columns):
        """Go on with some of the columns only, from their positions and amplitudes in `columns`."""
        self.theta = self.theta[rows]
        self.widths.keep(rows)
        self.theta = np.column_stack([columns.yx, columns.amplitude / self.picture.scale, self.theta[:, WIDTH]])
        # Halfway back to where they were looked for: a column that runs off from pass to pass is on its neighbours.
        self._start(np.where(self.whole[rows, None], (self.guess[rows] + columns.yx) / 2, columns.yx))

    def _nodes(self):
        """Shares (n, m) of the background's nodes in the columns."""
        return self.background.shares(self.theta[:, :2] + self.picture.pad)

    def _state(self):
        return self.theta, self.level, self.shapes.level, self.widths.level, self.widths.typical

    def _downhill(self):
        """The comparison of the model as it stands, after going back by halves where the last step led uphill."""
        for _ in range(MOST_HALVINGS):
            *compared, square = self._compared()
            if square <= UPHILL * self.square:
                break
            self.caution = HARDER * self.caution + 1
            halves = ((now + then) / 2 for now, then in zip(self._state(), self.before, strict=True))
            self.theta, self.level, self.shapes.level, self.widths.level, self.widths.typical = halves
        else:
            *compared, square = self._compared()
        self.before, self.square = self._state(), square
        return compared

    def _compared(self):
        """Windows, weights and weighted residuals of the model as it stands, and their mean square."""
        radius = min(self.widest, max(3, int(np.ceil(WINDOW_WIDTHS * np.median(self.widths.typical)))))
        at, shape = windows(self.theta[:, :2], radius, self.picture.pad), self.shapes.of(self._nodes())
        model = self.picture.model(self.theta, shape, at, self.background, self.level, self.threads)
        if self.passes in WEIGHING_PASSES:
            self.noise = self.picture.noise(model, self.theta, self.threads)
        return at, *self.picture.weigh(model, self.noise, self.threads)

    def _curved(self, at, weight):
        """Normal matrix of the model as it stands."""
        self._couple()
        matrix = curvature(self.theta, at, weight, self.background, self.pairs, self.threads)
        # What is not seen at all stays where it is, and leaves the equations sound.
        matrix.own[:, [Y, X], [Y, X]] += UNSEEN / self.reach**2
        matrix.own[:, [AMPLITUDE, WIDTH], [AMPLITUDE, WIDTH]] += UNSEEN
        return matrix

    def _known(self, still):
        """What is known of the columns before they are measured, as 1 / variance (n, 4), and its gradient."""
        known, pull = np.zeros_like(self.theta), np.zeros_like(self.theta)
        known[:, WIDTH], pull[:, WIDTH] = self.widths.known(self.theta, self.outside, still)
        out = self.outside
        if self.passes and not out.all():
            typical = np.median(self.theta[~out, AMPLITUDE])
            known[out, :3] = np.array([OUTSIDE_CELLS * self.cell] * 2 + [OUTSIDE_SHARE * typical]) ** -2.0
            amplitude = self.started[out] if self.passes >= JUDGED_PASSES[0] else np.full(out.sum(), typical)
            expected = np.column_stack([self.guess[out], amplitude])
            pull[out, :3] = known[out, :3] * (expected - self.theta[out, :3])
        return known, pull

    def advance(self):
        """One pass: a step of all columns and the background towards the least weighted squares."""
        self.compared = at, weight, weighted = self._downhill()
        nodes = self._nodes()
        slope, by_shape = gradient(self.theta, at, weighted, self.threads)
        if self.passes in CURVED_PASSES:
            self.curvature = self._curved(at, weight)
        matrix, still = self.curvature, self.passes < STILL_PASSES
        bright = _is_bright(self.theta)
        if not still:
            self.widths.learn(self.theta, matrix.own, slope, bright & ~self.outside)
            self.shapes.move(nodes, self.theta, matrix.own, by_shape, self.whole)
        known, pull = self._known(still)
        self.information = (matrix, known.copy())
        known[:, :2] += 1 / self.reach**2
        diagonal = np.einsum("nii->ni", matrix.own)
        least = self.caution + WIDE_DAMPING * self.wide
        known += (self.damping.value + least)[:, None] * diagonal
        dim = np.where(bright, 0, 1)
        field = self.widths.field(nodes, dim, self.outside, still)
        field.stiffness[:] += least * (field.shares.T @ diagonal[:, WIDTH])
        self.caution *= SOFTER
        tolerance = FINE if self.passes >= max(CURVED_PASSES) else COARSE
        of_nodes = self.background.gradient(weighted, self.threads)
        step, wider, level = solve(matrix, known, slope, pull, of_nodes, field, tolerance, self.threads)
        # Where widths would change too much at once, all goes a part of the way, and the pass does not count.
        part = self.widths.part(field, wider)
        self.level = self.level + part * level
        step = part * step
        step[:, WIDTH] += self.widths.move(field, part * wider, dim, self.outside)
        self._move(step)
        if part < 1:
            self.held, self.moved = self.held + 1, np.inf
        if part == 1 or self.held > MOST_HELD:
            self.passes += 1

    def _move(self, step):
        """Take the columns' steps (n, 4) within bounds, and mind those that swing to and fro."""
        before, amplitude = self.theta, self.theta[:, AMPLITUDE]
        if self.passes:
            # Light is passed from column to column by degrees: where two share it they would take turns.
            most = LIGHT_SHARE * np.maximum(amplitude, np.median(amplitude))
            step[:, AMPLITUDE] = np.clip(step[:, AMPLITUDE], -most, most)
        step[:, :2] = np.clip(step[:, :2], -self.longest, self.longest)
        self.theta = before + step
        self.theta[:, :2] = np.clip(self.theta[:, :2], self.guess - self.reach, self.guess + self.reach)
        brightest = BRIGHTEST * np.percentile(self.theta[:, AMPLITUDE], 95)
        self.theta[:, AMPLITUDE] = np.clip(self.theta[:, AMPLITUDE], 0, max(brightest, 0))
        self.theta[:, WIDTH] = self.widths.within(self.theta[:, WIDTH])
        moved = (self.theta - before)[:, :2]
        furthest = np.abs(moved).max(axis=1)
        kept = self.passes >= max(CURVED_PASSES)
        self.damping.mind(moved, kept & (furthest > MOVING_CELLS * self.cell))
        self.moved = np.percentile(np.append(furthest[~self.outside], 0), 99)

    def columns(self):
        """The columns as they stand."""
        square, pixels = misfit(*self.compared, self.threads).T
        # More noise about a column than about others: what no Gaussian explains.
        usual = np.median(square / np.maximum(pixels, 1))
        scale = (square + CHI_PIXELS * usual) / (pixels + CHI_PIXELS) / max(usual, 1e-12)
        sigma = np.sqrt(np.einsum("nii->ni", covariances(*self.information, self.threads)) * scale[:, None])
        significance = self.theta[:, AMPLITUDE] / sigma[:, AMPLITUDE]
        # The best position is where noise, too, is brightest: squared amplitudes are too large by twice their
        # variance. Errors that are not small beside the width add about as much again: the second two of the four
        # are not derived, but found on simulated columns of 5 to 12 standard errors.
        sigma[:, :2] /= np.sqrt(1 - 4 / np.maximum(significance, FAINT)[:, None] ** 2)
        yx, amplitude = self.theta[:, :2], self.theta[:, AMPLITUDE]
        stopped = (np.abs(yx - self.guess) >= self.reach).any(axis=1)
        level = self.background.shares(yx + self.picture.pad) @ self.level
        return FittedColumns(
            yx,
            np.where(stopped[:, None], np.nan, sigma[:, :2]),
            amplitude * self.picture.scale,
            self.widths.free,
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
    # The order of the sums, and with it the last digits. Block by block: what is read together lies together, however
    # wide the image.
    down, across = (yx // BLOCK).T
    rows = np.lexsort((yx[:, 1], yx[:, 0], across, down))
    with Threads(threads) as shared:
        fit = _Fit(image, mask, yx[rows], cell_px, shared)
        while fit.passes < LEAST_PASSES or (fit.passes < MOST_PASSES and fit.moved > RESTING_PX):
            fit.advance()
            if keep is not None and fit.passes in JUDGED_PASSES:
                kept, columns = keep(fit.columns())
                fit.keep(kept, columns)
                rows = rows[kept]
        return fit.columns()[np.argsort(rows)]
