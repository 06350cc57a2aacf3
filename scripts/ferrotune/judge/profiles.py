"""Profiles across boundaries: a step of finite width on a slope, against a smooth trend without a step."""

from dataclasses import dataclass

import numpy as np

from ferrotune.judge.boundaries import REACH

BINS = np.arange(-REACH, REACH + 1)  # cells
MIDDLES = (BINS[1:] + BINS[:-1]) / 2
# Coarse grids for the gain, which depends little on them; fine ones for the width. Cells; ours.
WIDTHS = np.array([0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0])
SHIFTS = np.array([-1.5, -0.75, 0.0, 0.75, 1.5])  # labels may be drawn beside the wall
FINE_WIDTHS = np.geomspace(0.5, 16.0, 36)
FINE_SHIFTS = np.arange(-2.0, 2.1, 0.5)
RIDGE = 1e-9
# A wall that is seen edge on, and one that is inclined through the thickness, in projection.
SHAPES = {"tanh": lambda x: np.tanh(2 * x), "linear": lambda x: np.clip(2 * x, -1.0, 1.0)}


@dataclass(frozen=True)
class Profiles:
    """Means of values in bins of the distance from each boundary.

    number, at, mean : (boundary, bin) float; number of sites, their mean distance (cells), their mean value
    inner : (boundary,) float, sum of the squared deviations from the means of the bins
    """

    number: np.ndarray
    at: np.ndarray
    mean: np.ndarray
    inner: np.ndarray

    @classmethod
    def of(cls, boundary, distance, values, count):
        """Profiles of values (n,) at signed distances (n,), cells, from `count` boundaries (n,) int."""
        place = boundary * len(MIDDLES) + np.clip(np.digitize(distance, BINS) - 1, 0, len(MIDDLES) - 1)
        size, shape = count * len(MIDDLES), (count, len(MIDDLES))
        number = np.bincount(place, minlength=size)
        safe = np.maximum(number, 1)
        at = np.where(number > 0, np.bincount(place, distance, size) / safe, np.tile(MIDDLES, count))
        mean = np.bincount(place, values, size) / safe
        inner = np.bincount(boundary, (values - mean[place]) ** 2, count)
        return cls(number.reshape(shape).astype(float), at.reshape(shape), mean.reshape(shape), inner)

    def fitted(self, basis, mean=None):
        """Weighted least squares: residual sum of squares (boundary,) and coefficients (boundary, p)."""
        mean = self.mean if mean is None else mean
        weighted = self.number[..., None] * basis
        normal = weighted.swapaxes(1, 2) @ basis + RIDGE * np.eye(basis.shape[-1])
        coefficients = np.linalg.solve(normal, (weighted * mean[..., None]).sum(axis=1)[..., None])[..., 0]
        residual = mean - (basis @ coefficients[..., None])[..., 0]
        return (self.number * residual**2).sum(axis=1), coefficients

    @property
    def line(self):
        """Basis of a straight trend, (boundary, bin, 2)."""
        return np.stack([np.ones_like(self.at), self.at], axis=-1)

    def with_step(self, width, shift, shape="tanh"):
        """Basis of a trend with a step of some width and shift, cells: numbers, or (boundary, 1)."""
        return np.concatenate([self.line, SHAPES[shape]((self.at - shift) / width)[..., None]], axis=-1)


def gains(profiles):
    """Share (boundary,) of the variance of each profile that a step explains beyond a straight trend, 0 to 1."""
    trend, _ = profiles.fitted(profiles.line)
    best = np.full(len(trend), np.inf)
    for width in WIDTHS:
        for shift in SHIFTS:
            best = np.minimum(best, profiles.fitted(profiles.with_step(width, shift))[0])
    return (trend - best) / np.maximum(trend + profiles.inner, np.finfo(float).tiny)


@dataclass(frozen=True)
class Steps:
    """The steps that fit the profiles best.

    width, width_error : (boundary,) float
        Full width w of the step tanh(2 d / w), or of a linear ramp, cells; one standard error.
    shape : (boundary,) str, a key of SHAPES
    shift : (boundary,) float
        Distance of the step from the boundary, cells.
    """

    width: np.ndarray
    width_error: np.ndarray
    shape: np.ndarray
    shift: np.ndarray


def steps_of(profiles):
    """Width, shape and place of the step in each profile.

    The standard error is half the range of widths whose sum of squares exceeds the least one by at most what a bin
    scatters about the best fit.
    """
    shapes, count = list(SHAPES), len(profiles.inner)
    left = np.empty((len(shapes), len(FINE_WIDTHS), len(FINE_SHIFTS), count))
    for s, shape in enumerate(shapes):
        for i, width in enumerate(FINE_WIDTHS):
            for j, shift in enumerate(FINE_SHIFTS):
                left[s, i, j] = profiles.fitted(profiles.with_step(width, shift, shape))[0]
    s, i, j = np.unravel_index(left.reshape(-1, count).argmin(axis=0), left.shape[:3])
    each = np.arange(count)
    of_width = left[s, :, :, each].min(axis=2)  # (boundary, width)
    bins = (profiles.number > 0).sum(axis=1)
    scatter = of_width.min(axis=1) / np.maximum(bins - 5, 1)
    allowed = of_width <= (of_width.min(axis=1) + scatter)[:, None]
    low = FINE_WIDTHS[allowed.argmax(axis=1)]
    high = FINE_WIDTHS[len(FINE_WIDTHS) - 1 - allowed[:, ::-1].argmax(axis=1)]
    return Steps(
        FINE_WIDTHS[i], np.maximum((high - low) / 2, 0.05 * FINE_WIDTHS[i]), np.array(shapes)[s], FINE_SHIFTS[j]
    )


def jumps(profiles, steps):
    """Value beyond each boundary less that before it (boundary,), with the width and place of known steps."""
    found = np.zeros(len(steps.width))
    for shape in SHAPES:
        own = steps.shape == shape
        basis = profiles.with_step(steps.width[:, None], steps.shift[:, None], shape)
        found[own] = 2 * profiles.fitted(basis)[1][own, 2]
    return found
