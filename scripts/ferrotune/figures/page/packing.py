"""Arrays packed into one compressed text that the page unpacks (`scripts/templates/page/arrays.mjs`)."""

import base64
import zlib

import numpy as np

DTYPES = {"int8", "uint8", "int16", "uint16", "int32", "uint32", "float32"}  # those that a browser has arrays of
LEVEL = 6  # of zlib; 9 takes twice the time and saves 2 %
ALIGNED = 4  # bytes; a browser's array of numbers of 4 bytes must start at a multiple of 4


class Pack:
    """Arrays by name, put one after another.

    Examples
    --------
    >>> pack = Pack()
    >>> pack.add("labels", np.array([[0, 1], [1, -1]], np.int8))
    'labels'
    >>> pack.header
    {'labels': {'dtype': 'int8', 'shape': [2, 2], 'start': 0}}
    """

    def __init__(self):
        self.header, self._bytes = {}, bytearray()

    def add(self, name, values):
        """Add an array whose type is one of `DTYPES`; returns its name. ValueError: another type, or the name twice."""
        values = np.ascontiguousarray(values)
        if values.dtype.name not in DTYPES or name in self.header:
            raise ValueError(f"{name}: {values.dtype.name}, or there already")
        self.header[name] = {"dtype": values.dtype.name, "shape": list(values.shape), "start": len(self._bytes)}
        self._bytes += values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
        self._bytes += bytes(-len(self._bytes) % ALIGNED)
        return name

    def text(self):
        """All arrays as base64 of their bytes, compressed by deflate with the header of zlib."""
        return base64.b64encode(zlib.compress(bytes(self._bytes), LEVEL)).decode()


def quantised(values, steps=32000):
    """Turn values into whole numbers: a quarter of the bytes, and an error far below that of a measurement.

    Parameters
    ----------
    values : (...) float; NaN is no value
    steps : int, numbers between the smallest and the largest value, at most 32766

    Returns
    -------
    numbers : (...) int16, -32768 where there is no value
    scale, offset : float; values are numbers * scale + offset
    """
    values = np.asarray(values, float)
    known = np.isfinite(values)
    low, high = (float(values[known].min()), float(values[known].max())) if known.any() else (0.0, 0.0)
    scale = (high - low) / steps if high > low else 1.0
    numbers = np.full(values.shape, np.iinfo(np.int16).min, np.int16)
    numbers[known] = np.rint((values[known] - low) / scale).astype(np.int16)
    return numbers, float(f"{scale:.9g}"), float(f"{low:.9g}")


def steps_of(indices):
    """Differences of neighbouring samples of a raster of indices, as (n,) int32: long runs of 0 compress well."""
    return np.diff(np.ravel(indices).astype(np.int32), prepend=np.int32(0)).astype(np.int32)
