"""Bad points of spectra: values that are missing, or far outside what their neighbours along the axis are."""

import numpy as np
from scipy.ndimage import median_filter

WINDOW = 5  # steps of the running median: a switching step of two points or more is no spike. Ours
# Robust standard deviations of a channel from its running median. Ours: of 345,600 points of real PZT loops 0.1 % are
# further away, and on loops with Gaussian noise none is.
FURTHEST = 10.0
MOST_BAD = 0.5  # share of the steps; a site with more bad points is left out. Ours
TO_SIGMA = 1.4826


def bad_points(spectra):
    """Points of spectra that cannot be used.

    Parameters
    ----------
    spectra : (site, step) float

    Returns
    -------
    (site, step) bool
        Not finite, or a single point more than FURTHEST robust standard deviations from the running median of its
        neighbours, as where the resonance left the band that was excited.
    """
    missing = ~np.isfinite(spectra)
    filled = np.where(missing, np.nanmedian(np.where(missing, np.nan, spectra)) if not missing.all() else 0.0, spectra)
    off = filled - median_filter(filled, (1, WINDOW), mode="nearest")
    sigma = TO_SIGMA * np.median(np.abs(off[~missing])) if not missing.all() else 0.0
    return missing | (np.abs(off) > FURTHEST * sigma if sigma > 0 else False)


def interpolated(spectra):
    """Spectra with their bad points interpolated along the axis, from the good ones of the same site.

    Parameters
    ----------
    spectra : (site, step) float

    Returns
    -------
    spectra : (site, step) float64
        A site with more than half of its points bad is NaN throughout.
    count : int, points that were interpolated

    Examples
    --------
    >>> found, count = interpolated(np.array([[0.0, 1.0, np.nan, 3.0, 4.0, 5.0]]))
    >>> found.tolist(), count
    ([[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]], 1)
    """
    spectra = np.array(spectra, float)
    bad, steps = bad_points(spectra), np.arange(spectra.shape[1])
    lost = bad.mean(axis=1) > MOST_BAD
    spectra[lost] = np.nan
    for site in np.flatnonzero(bad.any(axis=1) & ~lost):
        good = ~bad[site]
        spectra[site, bad[site]] = np.interp(steps[bad[site]], steps[good], spectra[site, good])
    return spectra, int(bad[~lost].sum())
