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
ROUNDING = 1e-9  # relative
SLOPE = 9.0  # what a slope must explain, in the variance of a bin about the fit: three standard errors
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
        bin_of = np.clip(np.floor(distance + REACH).astype(int), 0, len(MIDDLES) - 1)  # bins are one cell wide
        place = boundary * len(MIDDLES) + bin_of
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

    def with_step(self, width, shift, shape="tanh", slope=True):
        """Basis of a constant or a straight trend with a step of some width and shift, cells: numbers or columns."""
        trend = self.line if slope else self.line[..., :1]
        return np.concatenate([trend, SHAPES[shape]((self.at - shift) / width)[..., None]], axis=-1)


def _trend(profiles, slope=True):
    """Constant and, if `slope`, straight trend (boundary, bin) of profiles, orthogonal to each other (Gram-Schmidt)."""
    constant = np.ones_like(profiles.at)
    return [constant, profiles.at - _share(profiles.number, constant, profiles.at)] if slope else [constant]


def _share(number, part, values):
    """Coefficient (boundary, 1) of `part` (boundary, bin) in values, weighted by the number of sites."""
    weighted = number * part
    norm = np.maximum((weighted * part).sum(axis=-1, keepdims=True), RIDGE)
    return (weighted * values).sum(axis=-1, keepdims=True) / norm


def _sums_of_squares(profiles, shape, widths, shifts, slope=True):
    """What is left of each profile without a step (boundary,), and what each step explains (width, shift, boundary).

    The trend is not taken off the steps, which are many: what they share with it is taken off their sums.
    """
    number, trend, left = profiles.number, _trend(profiles, slope), profiles.mean
    for part in trend:
        left = left - _share(number, part, left) * part
    steps = SHAPES[shape]((profiles.at - shifts[:, None, None]) / widths[:, None, None, None])
    whole = norm = np.einsum("bj,wsbj,wsbj->wsb", number, steps, steps)
    for part in trend:
        shared = np.einsum("bj,wsbj->wsb", number * part, steps)
        norm = norm - shared**2 / np.maximum((number * part**2).sum(axis=-1), RIDGE)
    along = np.einsum("bj,wsbj->wsb", number * left, steps)
    # in a profile of two or three bins the step is itself a trend, but for rounding
    explained = np.where(norm > ROUNDING * whole, along**2 / (np.maximum(norm, 0.0) + RIDGE), 0.0)
    total = (number * left**2).sum(axis=-1)
    return total, np.minimum(explained, total)


def gains(profiles):
    """Share (boundary,) of the variance of each profile that a step explains beyond a straight trend, 0 to 1."""
    trend, explained = _sums_of_squares(profiles, "tanh", WIDTHS, SHIFTS)
    return explained.max(axis=(0, 1)) / np.maximum(trend + profiles.inner, np.finfo(float).tiny)


@dataclass(frozen=True)
class Steps:
    """The steps that fit the profiles best.

    width, width_error : (boundary,) float
        Full width w of the step tanh(2 d / w), or of a linear ramp, cells; one standard error.
    shape : (boundary,) str, a key of SHAPES
    shift : (boundary,) float
        Distance of the step from the boundary, cells.
    sloped : (boundary,) bool
        Whether the domains change along the profile, too.
    """

    width: np.ndarray
    width_error: np.ndarray
    shape: np.ndarray
    shift: np.ndarray
    sloped: np.ndarray


def _residuals(profiles, slope):
    """Sums of squares (shape, width, shift, boundary) about all steps, with or without a slope beside them."""
    found = (_sums_of_squares(profiles, shape, FINE_WIDTHS, FINE_SHIFTS, slope) for shape in SHAPES)
    return np.stack([np.maximum(left - explained, 0.0) for left, explained in found])


def steps_of(profiles):
    """Width, shape and place of the step in each profile.

    A slope counts only where it is significant: a broad step and a slope look alike, and would take from each other.
    The standard error is half the range of widths whose sum of squares exceeds the least one by at most what a bin
    scatters about the best fit.
    """
    count = len(profiles.inner)
    each, bins = np.arange(count), (profiles.number > 0).sum(axis=1)
    flat, sloping = _residuals(profiles, slope=False), _residuals(profiles, slope=True)
    least = [of.reshape(-1, count).min(axis=0) for of in (flat, sloping)]
    sloped = least[0] - least[1] > SLOPE * least[1] / np.maximum(bins - 5, 1)
    left = np.where(sloped, sloping, flat)
    s, i, j = np.unravel_index(left.reshape(-1, count).argmin(axis=0), left.shape[:3])
    of_width = left[s, :, :, each].min(axis=2)  # (boundary, width)
    lowest = of_width.min(axis=1)
    allowed = of_width <= (lowest + lowest / np.maximum(bins - 5, 1))[:, None]
    low = FINE_WIDTHS[allowed.argmax(axis=1)]
    high = FINE_WIDTHS[len(FINE_WIDTHS) - 1 - allowed[:, ::-1].argmax(axis=1)]
    width, shape = FINE_WIDTHS[i], np.array(list(SHAPES))[s]
    return Steps(width, np.maximum((high - low) / 2, 0.05 * width), shape, FINE_SHIFTS[j], sloped)


def jumps(profiles, steps):
    """Value beyond each boundary less that before it (boundary,), with the width and place of known steps."""
    found = np.zeros(len(steps.width))
    for shape in SHAPES:
        for slope in (False, True):
            own = (steps.shape == shape) & (steps.sloped == slope)
            basis = profiles.with_step(steps.width[:, None], steps.shift[:, None], shape, slope)
            found[own] = 2 * profiles.fitted(basis)[1][own, -1]
    return found
