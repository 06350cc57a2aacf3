"""Work shared among threads, its results in order."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

# Compiled once and kept beside the source; threads run it side by side. Its sums keep the order they are written in.
kernel = njit(nogil=True, cache=True, error_model="numpy")

ROWS = 1024  # worked on together


class Threads:
    """A pool of threads for bursts of work of a few milliseconds: joblib looks for results every ten only.

    Attributes
    ----------
    count : int
    """

    def __init__(self, count):
        self.count = count
        self._pool = ThreadPoolExecutor(count)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._pool.shutdown()

    def map(self, function, parts):
        """Results (list) of a function of each part, in their order."""
        return list((map if self.count == 1 else self._pool.map)(function, parts))

    def over(self, count, chunk, work, *arguments):
        """Have a kernel fill its results for things 0 ... count: work(*arguments, first, last), chunk by chunk."""
        self.map(lambda first: work(*arguments, first, min(first + chunk, count)), range(0, count, chunk))

    def rows(self, function, *arrays):
        """A function of arrays (n, ...) whose rows have nothing to do with each other, as of matrices to invert."""
        parts = [slice(first, first + ROWS) for first in range(0, max(len(arrays[0]), 1), ROWS)]
        return np.concatenate(self.map(lambda part: function(*(array[part] for array in arrays)), parts))
