"""Priors of the columns' fit: knowledge about the columns before they are measured."""

import numpy as np

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.gaussians import AMPLITUDE, WIDTH, X, Y
from ferrotune.columns.fit.schedule import was_judged


def prior_of_columns(problem, state, fixed):
    """Prior of the columns' parameters: 1 / variance (n, 4), and its gradient (n, 4).

    A width lies near the typical width. A column outside the mask lies at its first guess, and has the amplitude
    of the columns inside, or the one that the caller gave it. `fixed`: widths do not change yet.
    """
    theta, guess = state.model.theta, state.guess
    precision, pull = np.zeros_like(theta), np.zeros_like(theta)
    of_widths = state.model.widths.prior(theta, state.own_widths.scatter, guess.outside | fixed)
    precision[:, WIDTH], pull[:, WIDTH] = of_widths
    out = guess.outside
    if state.passes and not out.all():
        typical = np.median(theta[~out, AMPLITUDE])
        error = np.array([CHOICES.outside_cells * problem.cell_px] * 2 + [CHOICES.outside_share * typical])
        precision[out, :3] = error**-2.0
        amplitude = guess.amplitude[out] if was_judged(state.passes) else np.full(out.sum(), typical)
        expected = np.column_stack([guess.yx[out], amplitude])
        pull[out, :3] = precision[out, :3] * (expected - theta[out, :3])
    return precision, pull


def hold_unseen(matrix, reach):
    """Add to a normal matrix, in place, so much that columns which are not visible stay where they are.

    reach : px, how far a column may move.
    """
    matrix.own[:, [Y, X], [Y, X]] += CHOICES.unseen / reach**2
    matrix.own[:, [AMPLITUDE, WIDTH], [AMPLITUDE, WIDTH]] += CHOICES.unseen
