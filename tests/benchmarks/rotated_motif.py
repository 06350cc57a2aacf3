"""A motif of Gaussian columns, turned by known angles, and how well angles that were found agree with them."""

import numpy as np
from sklearn.linear_model import LinearRegression

SIZE = 40  # px, the patches' side
WIDTH = 3.0  # px, the columns' Gaussian width
# Place (y, x) px from the patch's middle, and peak: a column with neighbours that no turn but a full one brings back.
MOTIF = np.array([(0, 0, 0.8), (0, 11, 0.9), (-11, 0, 0.55), (0, -11, 0.25), (11, 0, 0.4)])
BACKGROUND = 0.05
NOISE = 0.03  # standard deviation


def turned_motifs(count, seed):
    """Patches of the one motif at random angles over the full circle.

    Parameters
    ----------
    count : int
    seed : int

    Returns
    -------
    patches : (count, 40, 40) float32 in [0, 1]
    angles : (count,) radians from -pi to pi, turning +y towards +x
    """
    rng = np.random.default_rng(seed)
    angles = rng.uniform(-np.pi, np.pi, count)
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    y, x, peak = MOTIF.T
    along = np.arange(SIZE) - (SIZE - 1) / 2
    # Each column is round: its light along y times that along x, (count, column, pixel).
    light_y = np.exp(-0.5 * ((along - (y * cos - x * sin)[..., None]) / WIDTH) ** 2)
    light_x = np.exp(-0.5 * ((along - (y * sin + x * cos)[..., None]) / WIDTH) ** 2)
    patches = BACKGROUND + np.einsum("k,nky,nkx->nyx", peak, light_y, light_x)
    return (patches + rng.normal(0, NOISE, patches.shape)).clip(0, 1).astype(np.float32), angles


def _wrapped(angle):
    return np.angle(np.exp(1j * angle))


def _residual(difference, rounds=10):
    """Differences (n,) of angles less their circular median, radians from -pi to pi."""
    left = _wrapped(difference - np.angle(np.exp(1j * difference).mean()))
    for _ in range(rounds):
        left = _wrapped(left - np.median(left))
    return left


def angle_error(found, true, symmetry=1):
    """Median error (degrees) of angles, up to one offset common to all, a sign, and the motif's symmetry.

    Parameters
    ----------
    found, true : (n,) radians
    symmetry : int, of the motif's axis of rotation: 2 takes angles for equal that differ by half a turn

    Returns
    -------
    float
        Chance gives 90 degrees over the symmetry.
    """
    errors = [np.median(np.abs(_residual(symmetry * (sign * found - true)))) for sign in (1, -1)]
    return float(np.degrees(min(errors)) / symmetry)


def angle_in_latents(z, true):
    """Share R2 of the variance of latents z (n, latent), in the mean, that cos and sin of the true angle explain."""
    circle = np.column_stack([np.cos(true), np.sin(true)])
    return float(LinearRegression().fit(circle, z).score(circle, z))
