"""Refine columns to sub-pixel positions: Gaussians on one background, fitted to all columns of an image together."""

from dataclasses import dataclass, replace

import numpy as np

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.damping import Damping
from ferrotune.columns.fit.gaussians import AMPLITUDE
from ferrotune.columns.fit.measured_tails import measured_tails
from ferrotune.columns.fit.normal_matrix import misfit
from ferrotune.columns.fit.schedule import goes_on, is_judged
from ferrotune.columns.fit.solver import covariances
from ferrotune.columns.fit.state import Coupling, Problem, restarted, started
from ferrotune.columns.fit.step import compared, step
from ferrotune.columns.fit.tails import Tails
from ferrotune.columns.fit.threads import Threads

# px; columns of squares of this side follow each other in memory, and with them their pixels: 436 instead of 472
# microseconds of CPU a site at 101,124 sites. It decides the order of sums, and so the last digits.
BLOCK = 512.0


@dataclass(frozen=True)
class FittedColumns:
    """Fitted columns, one row a column.

    yx, sigma_yx (n, 2) px: positions and their standard errors, NaN where a fit stopped at its reach.
    amplitude, width (px), background (n,). significance (n,): amplitude over its standard error.
    """

    yx: np.ndarray
    sigma_yx: np.ndarray
    amplitude: np.ndarray
    width: np.ndarray
    background: np.ndarray
    significance: np.ndarray

    tail = None  # no field: what columns fitted as Gaussians have not

    def __getitem__(self, keep):
        return replace(self, **{name: of[keep] for name, of in vars(self).items() if isinstance(of, np.ndarray)})

    def as_gaussians(self):
        """The columns where Gaussians without tails stand."""
        return self


@dataclass(frozen=True)
class TailedColumns(FittedColumns):
    """Columns fitted with a tail: yx and sigma_yx are those of columns with it, all else that of Gaussians.

    gaussian_yx (n, 2) px: where Gaussians without it stand. tail : the tail that all of them have.
    """

    gaussian_yx: np.ndarray
    tail: Tails

    def as_gaussians(self):
        """The columns where Gaussians without tails stand."""
        return replace(self, yx=self.gaussian_yx)


def _standard_errors(problem, state):
    """Standard errors (n, 4) of the columns' parameters, larger where no Gaussian explains the image."""
    comparison = state.comparison
    square, pixels = misfit(comparison.at, comparison.weight, comparison.weighted, problem.threads).T
    usual = np.median(square / np.maximum(pixels, 1))
    scale = (square + CHOICES.chi_pixels * usual) / (pixels + CHOICES.chi_pixels) / max(usual, 1e-12)
    variance = np.einsum("nii->ni", covariances(state.matrix, state.prior, problem.threads))
    return np.sqrt(variance * scale[:, None])


def _fitted(problem, state):
    """FittedColumns of a state."""
    theta, guess = state.model.theta, state.guess
    sigma = _standard_errors(problem, state)
    significance = theta[:, AMPLITUDE] / sigma[:, AMPLITUDE]
    # The best position is where noise, too, is brightest: squared amplitudes are too large by twice their variance.
    # Errors that are not small beside the width add about as much again: the second two of the four are not derived,
    # but found on simulated columns of 5 to 12 standard errors.
    sigma[:, :2] /= np.sqrt(1 - 4 / np.maximum(significance, CHOICES.faint)[:, None] ** 2)
    yx = theta[:, :2]
    stopped = (np.abs(yx - guess.yx) >= problem.reach).any(axis=1)
    level, image = problem.shares(yx) @ state.model.level, problem.image
    return FittedColumns(
        yx,
        np.where(stopped[:, None], np.nan, sigma[:, :2]),
        theta[:, AMPLITUDE] * image.scale,
        state.own_widths.free,
        level * image.scale + image.offset,
        significance,
    )


def _with_tails(problem, state):
    """TailedColumns of a fitted state whose columns get tails: these are measured, and the columns fitted again."""
    of_gaussians = _fitted(problem, state)
    tails, model = measured_tails(problem, state.model, compared(problem, state)[0])
    state = replace(
        state,
        model=replace(model, tails=tails),
        damping=Damping.none(len(state.model.theta)),
        coupling=Coupling.of(state.model, wide=True),
        square=np.inf,
        moved=np.inf,
        passes=CHOICES.tail_passes,
    )
    while goes_on(state.passes, state.moved):
        state = step(problem, state)
    found = _fitted(problem, state)
    placed = vars(of_gaussians) | {"yx": found.yx, "sigma_yx": found.sigma_yx}
    return TailedColumns(**placed, gaussian_yx=of_gaussians.yx, tail=tails)


def refine_columns(image, mask, yx, cell_px, keep=None, threads=1, tails=False):
    """Refine column positions by weighted least squares, with error bars.

    Each column is a circular Gaussian (amplitude, width), and all stand on one smooth background. All are fitted
    together by Gauss-Newton steps. The residuals show the noise, and the noise gives the weights. The more
    alike the widths of neighbouring columns are, the less a width may differ from them. All choices are listed in
    `ferrotune.columns.fit.choices`.

    Parameters
    ----------
    image : (y, x) float
    mask : (y, x) bool, true where there is signal
    yx : (n, 2) first guesses, px
    cell_px : float, length of a unit cell in px
    keep : function of FittedColumns, or None
        It is asked when the fit is good enough to judge. It returns the rows (m,) of the columns to go on with, and
        FittedColumns whose positions and amplitudes to go on from. The intensity of the other columns then goes back
        to their neighbours.
    threads : int
        Cores to work on; the result is the same, byte for byte, whatever their number.
    tails : bool
        Whether columns are Gaussians with a tail, which is common to all of them, and measured from the image.

    Returns
    -------
    FittedColumns, in the order of yx; of those kept. TailedColumns with tails
    """
    yx = np.asarray(yx, float)
    # Block by block: neighbours in the image are neighbours in memory, however wide the image.
    down, across = (yx // BLOCK).T
    rows = np.lexsort((yx[:, 1], yx[:, 0], across, down))
    with Threads(threads) as shared:
        problem = Problem.of(image, mask, cell_px, shared, tails)
        state = started(problem, yx[rows])
        while goes_on(state.passes, state.moved):
            state = step(problem, state)
            if keep is not None and is_judged(state.passes):
                kept, columns = keep(_fitted(problem, state))
                state = restarted(problem, state, kept, columns)
                rows = rows[kept]
        fit = _with_tails(problem, state) if tails else _fitted(problem, state)
        return fit[np.argsort(rows)]
