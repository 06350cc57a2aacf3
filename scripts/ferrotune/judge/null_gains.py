"""How large a gain boundaries have on null maps, and so how significant those of the image are."""

import numpy as np
from scipy.stats import norm, t

# Our choices, on parts of the two measured maps and on five drawn films (see docs/methods.md).
LENGTH_BANDWIDTH = 0.4  # of the logarithm of the length: boundaries are compared with null ones about as long
LEAST_SD = 0.03  # of the transformed gain
SHORTEST = 5.0  # cells; shorter boundaries are specks


def _transformed(gain):
    """Nearly normal on null maps: sqrt(-log(1 - gain)), which is not bounded where a step explains nearly all."""
    return np.sqrt(-np.log1p(-np.clip(gain, 0.0, 0.9999)))


def p_values(length, gain, null_length, null_gain):
    """Probability that a boundary on a null map has a gain at least as large.

    Parameters
    ----------
    length, gain : (boundary,) float
    null_length, null_gain : (null,) float
        Of the boundaries of null maps, found with the same setting.

    Returns
    -------
    (boundary,) float
        1 where there is nothing to compare with.

    Notes
    -----
    The mean and the standard deviation of the transformed null gains are taken at the boundary's length, with a
    Gaussian kernel in log length; a boundary longer than all null ones is compared with the longest. Ours.
    """
    if not len(null_gain):
        return np.ones(len(gain))
    off = np.abs(np.log(length)[:, None] - np.log(null_length))
    weight = np.exp(-0.5 * ((off - off.min(axis=1, keepdims=True)) / LENGTH_BANDWIDTH) ** 2)
    weight /= weight.sum(axis=1, keepdims=True)
    null = _transformed(null_gain)
    mean = weight @ null
    several = 1 / (weight**2).sum(axis=1)
    variance = np.maximum(weight @ null**2 - mean**2, 0.0) * several / np.maximum(several - 1, 1)
    return norm.sf((_transformed(gain) - mean) / np.maximum(np.sqrt(variance), LEAST_SD))


def discoveries(p, weight, rate):
    """Which of several p-values (n,) are significant at a false discovery rate.

    Benjamini and Hochberg, J. R. Stat. Soc. B 57, 289 (1995), with weights: Genovese, Roeder and Wasserman,
    Biometrika 93, 509 (2006). A boundary weighs as much as it is long.

    Examples
    --------
    >>> import numpy as np
    >>> discoveries(np.array([0.001, 0.04, 0.2]), np.ones(3), rate=0.05).tolist()
    [True, False, False]
    >>> discoveries(np.array([0.001, 0.04, 0.2]), np.array([1.0, 2.0, 1.0]), rate=0.05).tolist()
    [True, True, False]
    """
    p = p * np.mean(weight) / weight if len(p) else p
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / max(len(p), 1))
    found = np.zeros(len(p), bool)
    if len(passed):
        found[order[: passed[-1] + 1]] = True
    return found


def p_value_of_map(length, gain, null):
    """Probability that the boundaries of a null map, taken together, have gains at least as large.

    Parameters
    ----------
    length, gain : (boundary,) float
    null : list of (length, gain), one for each null map

    Returns
    -------
    float
        1 where fewer than three maps have boundaries.

    Notes
    -----
    Student's t of the mean of the transformed gains, weighted by length, among those of the null maps. Boundaries of
    one map depend on each other; maps do not.
    """
    means = [mean_gain(of_length, _transformed(of_gain)) for of_length, of_gain in null]
    means = np.array([mean for mean in means if mean > 0])
    if len(means) < 3:
        return 1.0
    spread = max(means.std(ddof=1), LEAST_SD) * np.sqrt(1 + 1 / len(means))
    return float(t.sf((mean_gain(length, _transformed(gain)) - means.mean()) / spread, len(means) - 1))


def mean_gain(length, gain):
    """Gain averaged by length over the boundaries that are no specks; 0 where there is none."""
    taken = length >= SHORTEST
    return float(np.average(gain[taken], weights=length[taken])) if taken.any() else 0.0
