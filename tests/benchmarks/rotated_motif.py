"""A motif of Gaussian columns, rotated by known angles, and the error of angles that were found."""

import numpy as np
from sklearn.linear_model import LinearRegression

SIZE = 40  # px, the patches' side
WIDTH = 3.0  # px, the columns' Gaussian width
# Place (y, x) px from the middle of the patch, and peak: a motif without rotational symmetry.
MOTIF = np.array([(0, 0, 0.8), (0, 11, 0.9), (-11, 0, 0.55), (0, -11, 0.25), (11, 0, 0.4)])
BACKGROUND = 0.05
NOISE = 0.03  # standard deviation


def rotated_motifs(count, seed):
    """Patches of one motif, rotated by random angles over the full circle.

    Parameters
    ----------
    count : int
    seed : int

    Returns
    -------
    patches : (count, 40, 40) float32 in [0, 1]
    angles : (count,) rad from -pi to pi, from y towards x
    """
    rng = np.random.default_rng(seed)
    angles = rng.uniform(-np.pi, np.pi, count)
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    y, x, peak = MOTIF.T
    pixels = np.arange(SIZE) - (SIZE - 1) / 2
    # Each column is round: a Gaussian along y times one along x, (count, column, pixel).
    along_y = np.exp(-0.5 * ((pixels - (y * cos - x * sin)[..., None]) / WIDTH) ** 2)
    along_x = np.exp(-0.5 * ((pixels - (y * sin + x * cos)[..., None]) / WIDTH) ** 2)
    patches = BACKGROUND + np.einsum("k,nky,nkx->nyx", peak, along_y, along_x)
    return (patches + rng.normal(0, NOISE, patches.shape)).clip(0, 1).astype(np.float32), angles


def _wrapped(angle):
    return np.angle(np.exp(1j * angle))


def _residual(difference, rounds=10):
    """Differences (n,) of angles minus their circular median, rad from -pi to pi."""
    left = _wrapped(difference - np.angle(np.exp(1j * difference).mean()))
    for _ in range(rounds):
        left = _wrapped(left - np.median(left))
    return left


def angle_error(found, true, symmetry=1):
    """Median error (degrees) of angles, up to a common offset, a sign, and the symmetry of the motif.

    Parameters
    ----------
    found, true : (n,) rad
    symmetry : int, order of the motif's rotation axis; with 2, angles that differ by 180 degrees are equal

    Returns
    -------
    float
        Random angles give 90 degrees divided by the symmetry.
    """
    errors = [np.median(np.abs(_residual(symmetry * (sign * found - true)))) for sign in (1, -1)]
    return float(np.degrees(min(errors)) / symmetry)


def angle_in_latents(z, true):
    """Mean R2 of latent variables z (n, latent), predicted from cosine and sine of the true angle."""
    circle = np.column_stack([np.cos(true), np.sin(true)])
    return float(LinearRegression().fit(circle, z).score(circle, z))
