"""Filters of one image on several cores: strips of it are independent, and the result is the same, byte for byte."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

import scipy.fft

LEAST = 2**18  # pixels; of smaller images the strips take longer to share out than to filter
_count = ContextVar("threads of the filters", default=1)


@contextmanager
def filter_threads(count):
    """Let the filters in this context, and Fourier transforms by scipy.fft, work on some cores.

    Parameters
    ----------
    count : int

    Examples
    --------
    >>> import numpy as np
    >>> from ferrotune.images.smoothing import gaussian
    >>> image = np.random.default_rng(0).normal(size=(600, 500))
    >>> alone = gaussian(image, 3.0)
    >>> with filter_threads(2):
    ...     print(np.array_equal(gaussian(image, 3.0), alone))
    True
    """
    before = _count.set(max(1, count))
    try:
        with scipy.fft.set_workers(max(1, count)):
            yield
    finally:
        _count.reset(before)


def in_strips(work, length, size):
    """Call `work` for slices that together cover `length` rows or columns, side by side where there are threads.

    Parameters
    ----------
    work : function of a slice, which writes its part of the result
    length : int
    size : int, pixels of the whole: there are no strips of a small image
    """
    count = _count.get() if size >= LEAST else 1
    if count == 1:
        work(slice(0, length))
        return
    step = -(-length // count)
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, [slice(first, min(first + step, length)) for first in range(0, length, step)]))
