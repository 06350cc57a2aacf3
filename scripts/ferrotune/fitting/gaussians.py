"""The model of an image: circular Gaussians on a background, window by window.

A circular Gaussian is a product of a profile down the rows and one along the columns of pixels, and so is each of
its derivatives: a window takes as many exponentials as it has rows and columns, and no derivative image is made.
"""

from math import exp
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.fitting.threads import kernel

Y, X, AMPLITUDE, WIDTH = range(4)  # a column's parameters; its background belongs to the image
PARAMETERS = 4
POWERS = 3  # profiles of a column: its Gaussian times 1, t, t^2


class Windows(NamedTuple):
    """Squares of `size` px about columns in an image that is padded by `pad` px: first rows and columns (n,)."""

    top: np.ndarray
    left: np.ndarray
    size: int
    pad: int


def windows(yx, radius, pad):
    """Windows of +-radius px about positions yx (n, 2) px of the image, in its padded copy."""
    corner = np.rint(yx).astype(int) - radius + pad
    return Windows(corner[:, 0].copy(), corner[:, 1].copy(), 2 * radius + 1, pad)


@kernel
def room(profiles, size):
    """Room for so many profiles of `size` pixels."""
    return np.empty((profiles, size), np.float32)


@kernel
def profiles(centre, width, first, step, count, out):
    """Gaussian exp(-t^2/2) times 1, t, t^2 into out (3, k) float32, at `count` pixels from `first` on by `step`."""
    for k in range(count):
        t = np.float32((first + step * k - centre) / width)
        gaussian = exp(np.float32(-0.5) * t * t)
        out[0, k] = gaussian
        out[1, k] = gaussian * t
        out[2, k] = gaussian * t * t


def leverage(yx, theta, threads):
    """Share (n,) of the variance of pixels at yx (n, 2) that the fitted columns theta (m, 4) take up.

    A Gaussian's amplitude and position are told by g, t g and u g, which are orthogonal, and whose squares sum to
    pi width^2 times 1, 1/2, 1/2: three parameters spread as g^2 (1 + 2 t^2 + 2 u^2) / (pi width^2).
    """
    distance, nearest = cKDTree(theta[:, :2]).query(yx, k=min(2, len(theta)), workers=threads.count)
    width = theta[nearest, WIDTH]
    square = (distance / width) ** 2
    return (np.exp(-square) * (1 + 2 * square) / (np.pi * width**2)).reshape(len(yx), -1).sum(axis=1)


@kernel
def render(theta, shape, at, canvas, band):
    """Add the columns theta (n, 4) of windows `at` to rows `band` (first, last) of the padded canvas.

    `shape` (n, 2) are the elongations of otherwise circular Gaussians down the rows and along the diagonal, to first
    order: each is multiplied by 1 + shape[0] (t^2 - u^2) / 2 + shape[1] t u.
    """
    down, along = room(POWERS, at.size), room(POWERS, at.size)
    for n in range(len(theta)):
        top, left = at.top[n], at.left[n]
        first, last = max(top, band[0]), min(top + at.size, band[1])
        if first >= last:
            continue
        profiles(theta[n, Y] + at.pad, theta[n, WIDTH], top, 1, at.size, down)
        profiles(theta[n, X] + at.pad, theta[n, WIDTH], left, 1, at.size, along)
        amplitude, stretch, skew = np.float32(theta[n, AMPLITUDE]), np.float32(shape[n, 0]), np.float32(shape[n, 1])
        for y in range(first, last):
            even, odd, square = down[0, y - top], down[1, y - top], down[2, y - top]
            of_one = amplitude * (even + np.float32(0.5) * stretch * square)
            of_u, of_square = amplitude * skew * odd, np.float32(-0.5) * amplitude * stretch * even
            line = canvas[y, left : left + at.size]
            for x in range(at.size):
                line[x] += of_one * along[0, x] + of_u * along[1, x] + of_square * along[2, x]
