"""Crystals whose columns have tails and known places, for tests of the columns' shape."""

import numpy as np

CELL, WIDTH, SHIFT = 26.0, 4.7, 2.0  # px
MARGIN = 1.5  # cells from the frame, within which columns outside disturb


def tailed_crystal(share, ratio=2.0, cells=16, counts=400.0, seed=0, scatter=0.2):
    """Image (y, x) in counts, places (n, 2) px and sublattice (n,): A 1 and B 0.4 high, each with a tail.

    B is displaced along the diagonal, to the one side above the middle and to the other below it.

    Parameters
    ----------
    share : float, height of the tail over that of the column
    ratio : float, width of the tail over that of the column
    cells : int, along a side
    counts : float, on top of a column of A; infinite: no noise
    seed : int
    scatter : float, px, of the columns about their places
    """
    rng = np.random.default_rng(seed)
    index = np.argwhere(np.ones((cells + 6, cells + 6))) - 3
    a, b = (CELL * (index + place) + 7.3 for place in (0.0, 0.5))
    b += np.where(index[:, :1] < cells // 2, 1, -1) * SHIFT / np.sqrt(2)
    yx = np.vstack([a, b]) + rng.normal(0, scatter, (2 * len(index), 2))
    kind = np.repeat([0, 1], len(index))
    along, image = np.arange(int(cells * CELL)), 0.0
    for height, width in ((1.0, WIDTH), (share, ratio * WIDTH)):
        down, across = (np.exp(-((along[:, None] - of) ** 2) / (2 * width**2)) for of in yx.T)
        image = image + height * (down * np.where(kind, 0.4, 1.0)) @ across.T
    image = counts * (image + 0.3) if np.isfinite(counts) else image + 0.3
    image = rng.poisson(image).astype(float) if np.isfinite(counts) else image
    return image, yx, kind
