"""Peaks of the density of one latent variable: each site belongs to the nearest peak, as in the paper."""

import numpy as np

from ferrotune.pipelines.parameters import COUNT, Parameter

PARAMETERS = {"variable": Parameter(COUNT, "peaks of z{}")}
MOST = 5  # peaks, the highest, as in the paper
POINTS = 512  # at which the density is computed; ours
BEYOND = 3  # bandwidths beyond the outermost sites, so that a peak at the end is found


def density_peaks(values):
    """Kernel density of values (n,), and its peaks.

    Parameters
    ----------
    values : (n,) float

    Returns
    -------
    places : (point,) float, evenly spaced
    density : (point,) float, of Gaussian kernels with Scott's bandwidth (the paper names none)
    peaks : (peak,) int, points of the highest peaks, at most five, in ascending order
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
    """Labels (site,) of the nearest peak in the density of latent variable number `variable`, counted from 1."""
    variable = setting["variable"]
    if variable > scores.shape[1]:
        raise ValueError(f"there is no latent variable z{variable}: there are {scores.shape[1]}; lower `variable`")
    values = scores[:, variable - 1]
    places, _, peaks = density_peaks(values)
    return np.abs(values[:, None] - places[peaks]).argmin(axis=1)
