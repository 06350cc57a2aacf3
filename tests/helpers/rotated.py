"""Patches of a small motif, rotated by known angles, in which one column is displaced."""

import numpy as np

SIZE, WIDTH = 17, 1.6  # px
PLACES = np.array([(0, 0), (0, 5), (-4, -2), (4, -3)])  # (y, x) px; the first column is displaced along the motif's y
PEAKS = np.array([1.0, 0.8, 0.5, 0.35])


def rotated_motif(count, seed=0, rotated=True, shift=0.0, noise=0.03, reach=1.5):
    """Patches (count, 17, 17) float32, their angle (count,) rad from x towards y, and the displacement (count,) px.

    With a displacement the angle is defined only up to the small rotation that the displacement can stand for.
    """
    rng = np.random.default_rng(seed)
    angle = rng.uniform(-np.pi, np.pi, count) if rotated else np.zeros(count)
    displacement, by = reach * rng.uniform(-1, 1, count), shift * rng.standard_normal((count, 2))
    places = np.repeat(PLACES[None].astype(float), count, axis=0)
    places[:, 0, 0] += displacement
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    y = sin * places[..., 1] + cos * places[..., 0] + by[:, :1]
    x = cos * places[..., 1] - sin * places[..., 0] + by[:, 1:]
    along = np.arange(SIZE) - (SIZE - 1) / 2
    intensity = [np.exp(-0.5 * ((along - at[..., None]) / WIDTH) ** 2) for at in (y, x)]
    patches = np.einsum("k,nky,nkx->nyx", PEAKS, *intensity) + noise * rng.standard_normal((count, SIZE, SIZE))
    return patches.astype(np.float32), angle, displacement
