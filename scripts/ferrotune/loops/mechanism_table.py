"""Spectra of the clusters of a segmentation: mean, scatter and, of loops, the parameters of the mean loop."""

import numpy as np

from ferrotune.loops.branches import area, is_loop
from ferrotune.loops.loop_function import PARAMETERS, coercive_voltages, fit_loops


def mean_spectra(spectra, numbers):
    """Mean spectrum of each mechanism, and its standard deviation.

    Parameters
    ----------
    spectra : (channel, site, step) float
    numbers : (site,) int, -1 where undecided

    Returns
    -------
    seen : (mechanism,) int, the numbers that there are
    count : (mechanism,) int, sites of each
    mean, deviation : (channel, mechanism, step) float
    """
    seen, count = np.unique(numbers[numbers >= 0], return_counts=True)
    of_each = [spectra[:, numbers == number].astype(float) for number in seen.tolist()]
    shape = (len(spectra), len(seen), spectra.shape[2])
    mean = np.stack([of.mean(axis=1) for of in of_each], axis=1) if of_each else np.zeros(shape)
    deviation = np.stack([of.std(axis=1) for of in of_each], axis=1) if of_each else np.zeros(shape)
    return seen, count, mean, deviation


def mechanism_rows(axis, seen, count, mean, sites):
    """Rows of the table of mechanisms.

    Parameters
    ----------
    axis : (step,) float
    seen, count, mean : from `mean_spectra`, the mean of one channel, (mechanism, step)
    sites : int, all sites

    Returns
    -------
    list of dict
        mechanism, sites, share; of loops also the area of the mean loop, the coercive voltages and parameters of the
        loop function that fits it best, and `misfit`, what this leaves, root mean square over the range.
    """
    rows = [
        {"mechanism": int(number), "sites": int(n), "share": n / sites}
        for number, n in zip(seen.tolist(), count.tolist(), strict=True)
    ]
    if rows and is_loop(axis):
        parameters, error = fit_loops(axis, mean)
        halfway = coercive_voltages(parameters)
        for k, row in enumerate(rows):
            row |= {"area": area(axis, mean)[k], "coercive_falling": halfway[k, 0], "coercive_rising": halfway[k, 1]}
            row |= dict(zip(PARAMETERS, parameters[k].tolist(), strict=True)) | {"misfit": error[k]}
    return rows
