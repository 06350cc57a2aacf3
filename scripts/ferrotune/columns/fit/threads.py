"""Share work among threads, and return the results in order."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

# Compiled once and cached beside the source; it releases the interpreter lock. Sums keep the order of the source.
kernel = njit(nogil=True, cache=True, error_model="numpy")

ROWS = 1024  # rows for one task of a thread


class Threads:
    """A pool of threads for tasks of a few milliseconds; joblib looks for results only every ten milliseconds.

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
        """Apply a function to each part; results (list) in the order of the parts."""
        return list((map if self.count == 1 else self._pool.map)(function, parts))

    def over(self, count, chunk, work, *arguments):
        """Call a kernel for items 0 ... count, chunk by chunk: work(*arguments, first, last) writes the results."""
        self.map(lambda first: work(*arguments, first, min(first + chunk, count)), range(0, count, chunk))

    def rows(self, function, *arrays):
        """Apply a function of arrays (n, ...) whose rows are independent of each other, such as matrices to invert."""
        parts = [slice(first, first + ROWS) for first in range(0, max(len(arrays[0]), 1), ROWS)]
        return np.concatenate(self.map(lambda part: function(*(array[part] for array in arrays)), parts))
