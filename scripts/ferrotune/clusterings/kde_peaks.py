"""Peaks of one latent variable's density: each site belongs to the nearest, as the paper has it."""

import numpy as np

from ferrotune.pipelines.parameters import COUNT, Parameter

PARAMETERS = {"variable": Parameter(COUNT, "peaks of z{}")}
MOST = 5  # peaks, the densest, as the paper
POINTS = 512  # where the density is taken; ours
BEYOND = 3  # bandwidths beyond the outermost sites, so that a peak at the end is one


def density_peaks(values):
    """Gaussian kernel density of values (n,), and its peaks.

    Parameters
    ----------
    values : (n,) float

    Returns
    -------
    places : (point,) float, evenly spaced
    density : (point,) float, with Scott's bandwidth (the paper names none)
    peaks : (peak,) int, points of the densest five, or of as many as there are, in ascending order
    """
    from scipy.signal import find_peaks
    from scipy.stats import gaussian_kde

    kernels = gaussian_kde(values)
    reach = BEYOND * float(np.sqrt(kernels.covariance[0, 0]))
    places = np.linspace(values.min() - reach, values.max() + reach, POINTS)
    density = kernels(places)
    peaks, _ = find_peaks(density)
    return places, density, np.sort(peaks[np.argsort(-density[peaks], kind="stable")[:MOST]])


def cluster(scores, setting, seed):
    """Labels (site,) of the nearest peak of latent variable number `variable`, counted from 1."""
    variable = setting["variable"]
    if variable > scores.shape[1]:
        raise ValueError(f"there is no latent variable z{variable}, of {scores.shape[1]}")
    values = scores[:, variable - 1]
    places, _, peaks = density_peaks(values)
    return np.abs(values[:, None] - places[peaks]).argmin(axis=1)
