"""Bad points of spectra: values that are missing, or out of the band of values that a channel has."""

import numpy as np

BAND = (1.0, 99.0)  # percentiles of a channel
# Widths of this band beyond it, from which a value is bad: where a fit lost the resonance, it is far away. A nearer one
# may be real, such as the dip of the resonance where a domain switches. Ours: none of 691,200 values of real PZT loops
# is further away, nor of the toy set.
FURTHEST = 1.0
MOST_BAD = 0.5  # share of the steps; a site with more bad points is left out. Ours


def bad_points(spectra):
    """Points of spectra that cannot be used.

    Parameters
    ----------
    spectra : (site, step) float, of one channel

    Returns
    -------
    (site, step) bool
        Not finite, or further from the band between the 1st and the 99th percentile of the channel than this is wide.
    """
    missing = ~np.isfinite(spectra)
    if missing.all():
        return missing
    low, high = np.percentile(spectra[~missing], BAND)
    far = FURTHEST * (high - low)
    with np.errstate(invalid="ignore"):
        return missing | (spectra < low - far) | (spectra > high + far)


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
