"""How noisy a pixel is: a variance that grows with the level, as shot noise does, in any units and with any offset."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

BINS = 16  # of equally many pixels, by level
SAMPLE = 100_000  # pixels looked at, spread over the image
OUTLIER = 25.0  # squared residuals over their bin's median beyond this are dirt, not noise
LEAST_LEFT = 0.5  # of a pixel's variance, whatever the fit has taken
EVENNESS = 0.05  # of the darkest pixels' variance to the brightest's, at least: misfit, too, is least where it is dark
FLOOR = 1e-8  # variance as a share of the squared range of levels: an image without noise has weights all the same


@dataclass(frozen=True)
class Noise:
    """Variance floor + slope * (level - darkest), constant below the darkest level."""

    floor: float
    slope: float
    darkest: float

    def variance(self, level):
        """Variance of pixels whose noise-free value is `level`, of any shape."""
        variance = np.maximum(level, self.darkest)
        variance *= self.slope
        variance += self.floor - self.slope * self.darkest
        return variance


def sample_step(pixels):
    """Every so many-th pixel makes the sample."""
    return max(1, pixels // SAMPLE)


def measure_noise(residuals, levels, taken):
    """Fit the noise to residuals (n,) about a model's levels (n,), both of the same pixels.

    `taken` (n,) is the share of each pixel's variance that the fit has taken up (its leverage).

    The variance is measured in bins of the model's level, not of the noisy data's, which would give dark pixels
    too little noise and so draw the fits that are weighted by it downwards.
    """
    order = np.argsort(levels, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if part.size]
    level = np.array([levels[part].mean() for part in parts], float)
    square = residuals.astype(float) ** 2 / np.maximum(1 - taken, LEAST_LEFT)
    clean = [part[square[part] <= OUTLIER * np.median(square[part])] for part in parts]
    variance = np.array([square[part].mean() for part in clean])
    darkest, brightest = level.min(), level.max()
    least = max(FLOOR * (brightest - darkest) ** 2, 1e-300)
    fitted = np.maximum(variance, least)
    for _ in range(3):  # a variance is as uncertain as it is large
        terms = np.column_stack([np.ones_like(level), level - darkest]) / fitted[:, None]
        floor, slope = nnls(terms, variance / fitted)[0]
        fitted = np.maximum(floor + slope * (level - darkest), least)
    least = max(least, EVENNESS * slope * (brightest - darkest))
    return Noise(max(float(floor), least), float(slope), float(darkest))
