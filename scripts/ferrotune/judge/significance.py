"""Significance of boundaries by null maps of the image, and which of them stand at a rate of false discoveries."""

import numpy as np

from ferrotune.judge.null_gains import discoveries, p_value_of_map, p_values

LEAST_WALL = 8.0  # cells; shorter boundaries do not count as walls. Ours, as long as the shortest traced wall
# Where all boundaries of a map are significant together, each stands that is LIKELY by itself: parallel walls gain as
# much each as some null boundaries, but these do not all gain so much. Ours.
LIKELY = 0.2
# Where a polarization was measured, a wall must be seen in it as well as in the descriptor: patches also see shifts of
# the scan. What makes it significant is both together: patches vary more on null maps, and may see a wall less. Ours.
SEEN = 0.1
FIELDS = "", "polar_"  # scores, polarization: of the attributes of `Found`
ENOUGH_MAPS = 20  # null maps, from which on they can judge each other. Ours
FALSE_MAPS = 0.05  # share of the null maps on which a wall may stand
LEAST_RATE = 1 / 64  # of the rate that was asked for. Ours


def _significance(length, gain, null, prefix, field):
    """p-values (boundary,) in one field of boundaries that are long enough, from null maps (list of Found)."""
    names = (f"{prefix}length", f"{prefix}{field}gain")
    null_length, null_gain = (np.concatenate([getattr(of, name) for of in null]) for name in names)
    p, long, taken = np.ones(len(length)), length >= LEAST_WALL, null_length >= LEAST_WALL / 2
    p[long] = p_values(length[long], gain[long], null_length[taken], null_gain[taken])
    return p


def in_fields(length, gains, null, prefix=""):
    """Significance (field, boundary) in the scores and, where it was measured, in the polarization."""
    return np.stack([_significance(length, gain, null, prefix, of) for gain, of in zip(gains, FIELDS, strict=False)])


def _seen(p):
    """Whether each boundary is visible in all fields (boundary,), by its significance in each (field, boundary)."""
    return (p < SEEN).all(axis=0) | (len(p) == 1)


def _simes(p):
    """Significance (n,) of several tests together (test, n), by Simes, Biometrika 73, 751 (1986)."""
    return (len(p) * np.sort(p, axis=0) / np.arange(1, len(p) + 1)[:, None]).min(axis=0)


def together(p):
    """Significance (boundary,) by that in each field (field, boundary); the worst one where it is not seen in all."""
    return np.where(_seen(p), _simes(p), p.max(axis=0))


def standing(p, length, rate):
    """Which boundaries are significant (boundary,) at a false discovery rate."""
    stands, long = np.zeros(len(p), bool), length >= LEAST_WALL
    stands[long] = discoveries(p[long], length[long], rate)
    return stands


def whole_boundaries(found, null, rate):
    """Significance (boundary,) of whole boundaries (Found) by null maps (list of Found), and which of them stand."""
    gains = [found.gain, found.polar_gain] if len(found.polar_gain) else [found.gain]
    p = in_fields(found.length, gains, null)
    joint = together(p)
    stands = standing(joint, found.length, rate)
    nulls = ([(each.length, getattr(each, f"{of}gain")) for each in null] for of in FIELDS)
    if max(p_value_of_map(found.length, *both) for both in zip(gains, nulls, strict=False)) < rate:
        stands |= (joint < LIKELY) & _seen(p) & (found.length >= LEAST_WALL)
    return joint, stands


def _stands_on(number, null, rate):
    """Whether a wall stands on one of the null maps (list of Found), by the others."""
    own, others = null[number], null[:number] + null[number + 1 :]
    if whole_boundaries(own, others, rate)[1].any():
        return True
    gains = [own.stretch_gain, own.stretch_polar_gain] if len(own.polar_gain) else [own.stretch_gain]
    p = together(in_fields(own.stretch_length, gains, others, "stretch_"))
    return bool(standing(p, own.stretch_length, rate).any())


def rate_on_null_maps(null, rate):
    """Rate at which walls stand on FALSE_MAPS of the null maps at most: that asked for, or halves of it.

    Parameters
    ----------
    null : list of ferrotune.judge.null_maps.Found
    rate : float, false discovery rate of each test

    Returns
    -------
    float
        As asked for where there are fewer than ENOUGH_MAPS.

    Notes
    -----
    Probabilities are extrapolated from the gains of few boundaries, which depend on each other, and may be too small.
    Each null map is therefore judged by the others as the image is by all. Ours.
    """
    lower = rate
    while len(null) >= ENOUGH_MAPS and lower > LEAST_RATE * rate:
        if sum(_stands_on(number, null, lower) for number in range(len(null))) <= FALSE_MAPS * len(null):
            break
        lower /= 2
    return lower
