"""Medians of many numbers at a time."""

import numpy as np

NORMAL = 0.6744897501960817  # median absolute deviation of a standard normal distribution


def quick_median(values):
    """Median (c, 1) of values (c, n): that of numpy, several times faster because it selects one rank only."""
    middle = values.shape[1] // 2
    ordered = np.partition(values, middle, axis=1)
    upper = ordered[:, middle]
    return (upper if values.shape[1] % 2 else (ordered[:, :middle].max(axis=1) + upper) / 2)[:, None]


def quick_deviation(values):
    """Median absolute deviation (c, 1) of values (c, n), as the standard deviation of a normal distribution."""
    return quick_median(np.abs(values - quick_median(values))) / NORMAL
