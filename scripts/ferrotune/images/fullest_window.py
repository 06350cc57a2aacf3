"""A window of a large image that shows enough of it."""

import numpy as np

STEPS = 4  # windows are compared that start at so many more places along each axis
SIDE_PX = 2048  # a quarter of a full-size image: some 6,000 unit cells. Ours


def fullest_window(mask, side=SIDE_PX):
    """Find the window of an image with the most unmasked pixels; of equal ones, the most central.

    Parameters
    ----------
    mask : (y, x) bool, true where there is signal
    side : int, px; longest side of the window

    Returns
    -------
    tuple of two slices: all of an image that is no larger

    Examples
    --------
    >>> import numpy as np
    >>> mask = np.ones((400, 100), bool)
    >>> mask[:200] = False
    >>> fullest_window(mask, 200)
    (slice(200, 400, None), slice(0, 100, None))
    """
    sides = [min(length, side) for length in mask.shape]
    count = np.pad(mask.cumsum(axis=0, dtype=np.int64).cumsum(axis=1), ((1, 0), (1, 0)))
    starts = [np.unique(np.linspace(0, n - s, STEPS + 1).astype(int)) for n, s in zip(mask.shape, sides, strict=True)]
    windows = [(y, x) for y in starts[0] for x in starts[1]]

    def rank(at):
        (y, x), (h, w) = at, sides
        inside = count[y + h, x + w] - count[y, x + w] - count[y + h, x] + count[y, x]
        off = [abs(2 * start + s - n) for start, s, n in zip(at, sides, mask.shape, strict=True)]
        return -inside, max(off)

    return tuple(slice(int(start), int(start) + s) for start, s in zip(min(windows, key=rank), sides, strict=True))
