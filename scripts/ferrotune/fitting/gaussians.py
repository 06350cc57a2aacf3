"""The model of an image: circular Gaussians on a background, with its derivatives, window by window.

A circular Gaussian is a product of a profile down the rows and one along the columns of pixels, and so is each of
its derivatives. Sums over a window of pixels are then products of small matrices, and no derivative image is made.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.spatial import cKDTree

Y, X, AMPLITUDE, WIDTH = range(4)  # a column's parameters; its background belongs to the image
PARAMETERS = 4
TILE_PX = 128
# Derivatives as profiles: powers (of t down the rows, of u along the columns) that multiply the Gaussian.
POWERS = {Y: ((1, 0),), X: ((0, 1),), AMPLITUDE: ((0, 0),), WIDTH: ((2, 0), (0, 2))}


@dataclass(frozen=True)
class Windows:
    """Squares of pixels about columns in an image that is padded by `pad` px: first rows and columns (n,)."""

    top: np.ndarray
    left: np.ndarray
    radius: int
    pad: int

    @property
    def size(self):
        return 2 * self.radius + 1

    def __getitem__(self, part):
        return Windows(self.top[part], self.left[part], self.radius, self.pad)

    def cut(self, padded, step=1):
        """Values (n, k, k) of a padded image in the windows, in every `step`-th of its rows and columns."""
        size = (self.size - 1) // step + 1
        return sliding_window_view(padded[::step, ::step], (size, size))[-(-self.top // step), -(-self.left // step)]

    def rows(self, step=1):
        """Row numbers (n, k) of the padded image; every `step`-th of its rows."""
        return _every(self.top, self.size, step)

    def columns(self, step=1):
        """Column numbers (n, k) of the padded image; every `step`-th of its columns."""
        return _every(self.left, self.size, step)


def _every(first, size, step):
    return step * (-(-first // step)[:, None] + np.arange((size - 1) // step + 1))


def windows(yx, radius, pad):
    """Windows of +-radius px about positions yx (n, 2) px of the image, in its padded copy."""
    corner = np.rint(yx).astype(int) - radius + pad
    return Windows(corner[:, 0], corner[:, 1], radius, pad)


def profiles(pixels, centre, width, first, size):
    """Gaussian exp(-t^2/2) times 1, t, t^2 (n, k, 3) float32 at pixels (n, k); zero outside first + (0 ... size)."""
    t = ((pixels - centre[:, None]) / width[:, None]).astype(np.float32)
    seen = (pixels >= first[:, None]) & (pixels < first[:, None] + size)
    gaussian = np.exp(-0.5 * t * t) * seen
    profile = np.empty((*t.shape, 3), np.float32)
    profile[..., 0] = gaussian
    for power in (1, 2):
        np.multiply(profile[..., power - 1], t, out=profile[..., power])
    return profile


def products(down, values, along):
    """Sums (n, i, j) over windows of values (n, k, k) times profiles down (n, k, i) and along (n, k, j)."""
    return down.swapaxes(1, 2) @ values @ along


def leverage(yx, theta):
    """Share (n,) of the variance of pixels at yx (n, 2) that the fitted columns theta (m, 4) take up.

    A Gaussian's amplitude and position are told by g, t g and u g, which are orthogonal, and whose squares sum to
    pi width^2 times 1, 1/2, 1/2: three parameters spread as g^2 (1 + 2 t^2 + 2 u^2) / (pi width^2).
    """
    distance, nearest = cKDTree(theta[:, :2]).query(yx, k=min(2, len(theta)))
    width = theta[nearest, WIDTH]
    square = (distance / width) ** 2
    return (np.exp(-square) * (1 + 2 * square) / (np.pi * width**2)).reshape(len(yx), -1).sum(axis=1)


def _shaped(down, along, amplitude, shape):
    """Profiles down and along, four a column, whose products make up Gaussians of a shape, see `render`."""
    if not shape.any():
        return amplitude[:, None].astype(np.float32) * down[..., 0], along[..., 0]
    amplitude, stretch, skew = (part[:, None].astype(np.float32) for part in (amplitude, *shape.T))
    even, odd, square = (amplitude * down[..., power] for power in range(3))
    first = np.concatenate([even, stretch / 2 * square, -stretch / 2 * even, skew * odd])
    return first, np.concatenate([along[..., power] for power in (0, 0, 2, 1)])


def render(theta, shape, at, canvas, band):
    """Add the columns theta (n, 4) of windows `at` to rows `band` (first, last) of the padded canvas.

    `shape` (n, 2) are the elongations of otherwise circular Gaussians down the rows and along the diagonal, to first
    order: each is multiplied by 1 + shape[0] (t^2 - u^2) / 2 + shape[1] t u. Drawn tile by tile, as one matrix
    product of the profiles of all columns that reach into it.
    """
    rows = np.arange(*band)
    near = np.flatnonzero((at.top < band[1]) & (at.top + at.size > band[0]))
    fit, part, bent = theta[near], at[near], shape[near]
    down = profiles(rows[None], fit[:, Y] + at.pad, fit[:, WIDTH], part.top, at.size)
    for left in range(0, canvas.shape[1], TILE_PX):
        columns = np.arange(left, min(left + TILE_PX, canvas.shape[1]))
        here = np.flatnonzero((part.left <= columns[-1]) & (part.left + at.size > left))
        centre, width = fit[here, X] + at.pad, fit[here, WIDTH]
        along = profiles(columns[None], centre, width, part.left[here], at.size)
        first, second = _shaped(down[here], along, fit[here, AMPLITUDE], bent[here])
        canvas[band[0] : band[1], left : left + len(columns)] += first.T @ second
