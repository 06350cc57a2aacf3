"""Measure the tails of columns: in squares of a few cells, columns, background and tails are fitted together.

Tails and widths are common to all squares, all else is a square's own. Each square gives the normal equations of what
is common after its own parameters have been eliminated (Schur complement), and these equations are summed.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import lsq_linear

from ferrotune.columns.fit.choices import CHOICES
from ferrotune.columns.fit.gaussians import AMPLITUDE, WIDTH
from ferrotune.columns.fit.tails import Tails
from ferrotune.columns.fit.widths import are_bright
from ferrotune.images.smoothing import block_mean

BACKGROUND = 3  # level, and slopes along both axes
COMMON = 4  # numbers of a `_Shape`
REGULAR = 1e-9  # share of the diagonal that is added to a square's normal matrix


class _Shape(NamedTuple):
    """What is common to all squares: tails, and widths (2,) px of bright and of dim columns."""

    tails: Tails
    width: np.ndarray

    @classmethod
    def of(cls, common):
        """From numbers (4,): share and ratio of the tails, both widths."""
        return cls(Tails(*common[:2].tolist()), common[2:])


@dataclass
class _Square:
    """A square of the image, and the columns that reach into it.

    y, x (pixel,) px along the axes; values, weight (y, x). theta (n, 4). bright, inside, free (n,) bool: columns that
    are not free, far outside, keep their places, and their amplitudes follow those of the others. level (3,), and its
    slopes. start (n, 3): y, x, amplitude that are expected, and start_level;
    elongation (n, 2), as in the model; place : px, how far a column may be off.
    """

    y: np.ndarray
    x: np.ndarray
    values: np.ndarray
    weight: np.ndarray
    theta: np.ndarray
    bright: np.ndarray
    inside: np.ndarray
    free: np.ndarray
    level: np.ndarray
    start: np.ndarray
    start_level: float
    elongation: np.ndarray
    place: float

    def _gaussians(self, width):
        """Gaussians of the columns with widths (n,) px: shares (n, y, 1) and (n, 1, x), distances over the width."""
        t = (self.y - self.theta[:, 0, None]) / width[:, None]
        u = (self.x - self.theta[:, 1, None]) / width[:, None]
        return np.exp(-(t**2) / 2)[:, :, None], np.exp(-(u**2) / 2)[:, None, :], t[:, :, None], u[:, None, :]

    def equations(self, shape):
        """Derivatives (parameter, pixel) by the square's own parameters and the common ones, and residual (pixel,)."""
        kind, tails = np.where(self.bright, 0, 1), shape.tails
        amplitude, width = self.theta[:, AMPLITUDE, None, None], shape.width[kind]
        down, across = (np.linspace(-1, 1, len(along)) for along in (self.y, self.x))
        slopes = [np.ones(self.values.shape), down[:, None] + 0 * across, down[:, None] * 0 + across]
        unit, by_y, by_x, by_width, by_stretch, by_skew = (0.0,) * 6
        stretch, skew = self.elongation.T[:, :, None, None]
        for share, ratio in ((1.0, 1.0), tails):
            g, h, t, u = self._gaussians(ratio * width)
            # what elongates a column adds to its variance, whatever its width
            spot = g * h * np.exp(((t * t - u * u) / 2 * stretch + t * u * skew) / ratio**2)
            part = share * spot
            unit, square = unit + part, (t * t + u * u) * part
            by_y, by_x = (
                by_y + t * part / (ratio * width[:, None, None]),
                by_x + u * part / (ratio * width[:, None, None]),
            )
            by_width = by_width + square / width[:, None, None]
            by_stretch = by_stretch + (t * t - u * u) * part / (2 * ratio**2)
            by_skew = by_skew + t * u * part / ratio**2
        by_ratio = (amplitude * square).sum(axis=0) / tails.ratio  # of the last one, the tail
        model = sum(of * slope for of, slope in zip(self.level, slopes, strict=True)) + (amplitude * unit).sum(axis=0)
        derivatives = [*(amplitude * by_y)[self.free], *(amplitude * by_x)[self.free], *unit[self.free], *slopes]
        derivatives += [(amplitude * of).sum(axis=0) for of in (by_stretch, by_skew)]
        by_widths = [(amplitude * by_width)[of].sum(axis=0) for of in (self.bright, ~self.bright)]
        derivatives = np.stack([*derivatives, (amplitude * spot).sum(axis=0), by_ratio, *by_widths])
        return derivatives.reshape(len(derivatives), -1), (self.values - model).ravel()

    def _growth(self):
        """Factors (n, 3) of what was expected of columns: amplitudes of those beside the square follow the others."""
        factor = np.ones((len(self.theta), 3))
        for kind in (self.bright, ~self.bright):
            inner = kind & self.inside
            factor[kind, AMPLITUDE] = np.median(self.theta[inner, AMPLITUDE] / self.start[inner, AMPLITUDE])
        return factor

    def _expected(self):
        """Prior of the square's own parameters: 1 / variance (p,) and gradient (p,)."""
        off = (self.start * self._growth())[self.free] - self.theta[self.free, :3]
        typical = self.theta[self.free, AMPLITUDE].mean()
        sigma = np.array([self.place, self.place, CHOICES.square_amplitude * typical])
        precision = np.broadcast_to(sigma**-2.0, off.shape)
        none = np.zeros(BACKGROUND + 2)
        return np.append(precision.T, none), np.append((precision * off).T, none)

    def normal(self, shape):
        """Normal matrix and right side of the square's own parameters, then the common ones as in `_Shape.of`."""
        derivatives, residual = self.equations(shape)
        weighted = derivatives * self.weight.ravel()
        matrix, right = weighted @ derivatives.T, weighted @ residual
        precision, pull = self._expected()
        own = np.arange(len(pull))
        matrix[own, own] += precision
        right[own] += pull
        return matrix, right

    def stepped(self, step):
        """Take a step of the square's own parameters."""
        n = int(self.free.sum())
        self.theta[self.free, 0] += step[:n]
        self.theta[self.free, 1] += step[n : 2 * n]
        self.theta[self.free, AMPLITUDE] += step[2 * n : 3 * n]
        far = ~self.free
        self.theta[far, AMPLITUDE] = (self.start * self._growth())[far, AMPLITUDE]
        self.level += step[3 * n : 3 * n + BACKGROUND]
        most = CHOICES.most_elongation
        self.elongation = np.clip(self.elongation + step[3 * n + BACKGROUND :], -most, most)


def _square(problem, model, comparison, corner):
    """Square of the padded image whose first pixel is `corner` (2,), or None where part of it is masked."""
    image, cell = problem.image, problem.cell_px
    step = max(1, int(np.median(model.theta[:, WIDTH]) / CHOICES.smooth_px))  # means of so many pixels
    side = int(CHOICES.square_cells * cell) // step * step
    part = tuple(slice(first, first + side) for first in corner)
    if not (image.mask[part].shape == (side, side) and image.mask[part].all()):
        return None
    yx = model.theta[:, :2] + image.pad
    outside = np.maximum(np.maximum(corner - yx, yx - (corner + side)), 0).max(axis=1)
    near = outside < CHOICES.longest_tail_cells * cell
    theta, bright, outside = model.theta[near].copy(), are_bright(model.theta)[near], outside[near]
    theta[:, :2] = yx[near]
    inside, free = outside == 0, outside < CHOICES.square_border_cells * cell
    if not ((bright & inside).any() and (~bright & inside).any()):
        return None
    y, x = (first + np.arange(0, side, step) + (step - 1) / 2 for first in corner)
    values, weight = (block_mean(of[part].astype(float), step) for of in (image.values, comparison.weight))
    level = np.array([float((problem.shares(corner[None] + side / 2 - image.pad) @ model.level)[0]), 0.0, 0.0])
    place = CHOICES.square_place * cell
    elongation = problem.shares(theta[:, :2] - image.pad) @ model.elongation
    start = theta[:, :3].copy(), level[0], elongation
    return _Square(y, x, values, step**2 * weight, theta, bright, inside, free, level, *start, place)


def _squares(problem, model, comparison):
    """Squares all over the image, at most so many as CHOICES says."""
    side = CHOICES.square_cells * problem.cell_px
    pad, shape = problem.image.pad, np.array(problem.shape)
    room = CHOICES.longest_tail_cells * problem.cell_px  # columns outside the image are hardly known
    counts = np.maximum((shape - 2 * room) // side, 0).astype(int)
    if not counts.all():
        return []
    corners = [pad + room + side * np.array(at) for at in np.ndindex(*counts)]
    corners = corners[:: max(1, -(-len(corners) // CHOICES.most_squares))]
    found = (_square(problem, model, comparison, np.rint(corner).astype(int)) for corner in corners)
    return [square for square in found if square is not None]


def _reduced(parts, count):
    """Normal equations of a square's last `count` parameters after its own are eliminated, and how these follow."""
    matrix, right = parts
    own = matrix[:-count, :-count] + REGULAR * np.diag(np.maximum(matrix.diagonal()[:-count], 1e-12))
    solved = np.linalg.solve(own, np.column_stack([matrix[:-count, -count:], right[:-count]]))
    follow, alone = solved[:, :-1], solved[:, -1]
    common = matrix[-count:, -count:] - matrix[-count:, :-count] @ follow
    return common, right[-count:] - matrix[-count:, :-count] @ alone, follow, alone


def measured_tails(problem, model, comparison):
    """Measure the tails of the columns, and what the columns are without them.

    Parameters
    ----------
    problem : ferrotune.columns.fit.state.Problem
    model : ferrotune.columns.fit.state.Model
        Columns fitted as Gaussians.
    comparison : ferrotune.columns.fit.state.Comparison, of this model

    Returns
    -------
    ferrotune.columns.fit.tails.Tails
        Without any share where the image is too small.
    ferrotune.columns.fit.state.Model
        The model with narrower and dimmer columns, to go on from.
    """
    (expected, scatter), (least, most) = CHOICES.tail_ratio, CHOICES.tail_ratio_range
    squares = _squares(problem, model, comparison)
    if not squares:
        return Tails(0.0, expected), model
    bright = are_bright(model.theta)
    width = np.array([np.median(model.theta[kind, WIDTH]) for kind in (bright, ~bright)])
    common = np.array([CHOICES.start_tail, expected, *width])
    lowest = np.array([0, least, *CHOICES.tail_widths[0] * width])
    highest = np.array([CHOICES.most_tail, most, *CHOICES.tail_widths[1] * width])
    for _ in range(CHOICES.tail_steps):
        shape = _Shape.of(common)
        parts = problem.threads.map(lambda square, shape=shape: _reduced(square.normal(shape), COMMON), squares)
        matrix, right = (sum(part) for part in list(zip(*parts, strict=True))[:2])
        matrix[1, 1] += scatter**-2.0
        right[1] += (expected - common[1]) / scatter**2
        lower = np.linalg.cholesky(matrix + REGULAR * np.diag(matrix.diagonal()))
        bounds = lowest - common - REGULAR, highest - common + REGULAR
        step = lsq_linear(lower.T, np.linalg.solve(lower, right), bounds).x
        for square, (_, _, follow, alone) in zip(squares, parts, strict=True):
            square.stepped(alone - follow @ step)
        common = np.clip(common + step, lowest, highest)
    return _Shape.of(common).tails, _restarted(model, squares, common[2:] / width)


def _restarted(model, squares, narrower):
    """The model from which columns with tails are fitted: narrower by (2,), dimmer, on a lower background."""

    def growth(kind):
        before, after = (
            np.concatenate([getattr(of, name)[of.free & (of.bright == kind), AMPLITUDE] for of in squares])
            for name in ("start", "theta")
        )
        return np.median(after / before)

    of_kind = np.where(are_bright(model.theta), 0, 1)
    theta, widths = model.theta.copy(), model.widths
    theta[:, AMPLITUDE] *= np.array([growth(True), growth(False)])[of_kind]
    theta[:, WIDTH] *= narrower[of_kind]
    of_widths = widths.level.copy()
    of_widths[-2:] *= narrower
    lower = np.median([square.level[0] - square.start_level for square in squares])
    widths = replace(widths, level=of_widths, typical=widths.typical * narrower[of_kind])
    return replace(model, theta=theta, level=model.level + lower, widths=widths)
