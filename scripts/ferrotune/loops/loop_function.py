"""The nine-parameter loop function of switching spectroscopy, and its fit to all loops at once."""

import numpy as np
from scipy.special import erf, erfinv

from ferrotune.loops.branches import falling, half_range

# Names of the parameters, in the order a0 ... a4, b0 ... b3 of the function's authors.
PARAMETERS = (
    *("offset", "amplitude", "centre_falling", "centre_rising", "slope"),
    *("round_falling_low", "round_falling_high", "round_rising_low", "round_rising_high"),
)
# Limits and steps of the fit, in the scale of half the voltage range and of the loop's own range. Ours.
FURTHEST_COERCIVE = 1.5
ROUND = (0.01, 3.0)
STEPS = 60
DAMPING = (1e-2, 1e-9, 1e9)  # at the start, least and most
STANDSTILL = 1e-6  # relative fall of the sum of squares below which a loop is fitted
TOGETHER = 2000  # loops fitted at a time: limits the memory


def _branch(voltage, coercive, low, high):
    """Response 0 ... 1 of one branch (loop, n) of voltages (n,), and its derivatives by coercive, log low, log high."""
    total, above = (low + high)[:, None], voltage > coercive[:, None]
    width = np.where(above, high[:, None], low[:, None])
    place = (voltage - coercive[:, None]) / width
    shape, slope = erf(place), 2 / np.sqrt(np.pi) * np.exp(-(place**2))
    response = (width * shape + low[:, None]) / total
    by_width = (shape - place * slope) / total
    by_low = (np.where(above, 0.0, by_width) + (1 - response) / total) * low[:, None]
    by_high = (np.where(above, by_width, 0.0) - response / total) * high[:, None]
    return response, -slope / total, by_low, by_high


def _model(voltage, down, p):
    """Loops (loop, step) of inner parameters p (loop, 9), with log roundings, and derivatives (loop, step, 9)."""
    response = np.empty((len(p), len(voltage)))
    derivative = np.zeros((len(p), len(voltage), 9))
    for steps, at, (low, high) in ((down, 2, (5, 6)), (~down, 3, (7, 8))):
        found = _branch(voltage[steps], p[:, at], np.exp(p[:, low]), np.exp(p[:, high]))
        response[:, steps] = found[0]
        for k, by in zip((at, low, high), found[1:], strict=True):
            derivative[:, steps, k] = p[:, 1:2] * by
    derivative[..., 0] = 1.0
    derivative[..., 1] = response
    derivative[..., 4] = voltage
    return p[:, :1] + p[:, 1:2] * response + p[:, 4:5] * voltage, derivative


def loop_function(axis, parameters):
    """Loops of given parameters.

    Parameters
    ----------
    axis : (step,) float, voltage in the order in which it was applied
    parameters : (loop, 9) float, in the order of PARAMETERS
        Offset, amplitude and slope in units of the response (slope: per voltage); the centres (voltage) of the falling
        and of the rising branch, and four lengths over which these are rounded below and above their centres.

    Returns
    -------
    (loop, step) float

    References
    ----------
    Jesse, Lee and Kalinin, Rev. Sci. Instrum. 77, 073702 (2006); the form with nine parameters is that of the packages
    pycroscopy and BGlib.

    Examples
    --------
    >>> loops = loop_function([9.0, 0.0, -9.0, 0.0, 9.0], [[-1.0, 2.0, -3.0, 3.0, 0.0, 1.0, 1.0, 1.0, 1.0]])
    >>> loops.round(3).tolist()
    [[1.0, 1.0, -1.0, -1.0, 1.0]]
    """
    p = np.array(parameters, float).reshape(-1, 9)
    p[:, 5:] = np.log(p[:, 5:])
    return _model(np.asarray(axis, float), falling(axis), p)[0]


def coercive_voltages(parameters):
    """Voltages at which the branches are halfway between their two ends.

    The centre of a branch is not halfway where it is rounded differently below and above.

    Parameters
    ----------
    parameters : (loop, 9) float, as of `loop_function`

    Returns
    -------
    (loop, 2) float, of the falling and of the rising branch

    Examples
    --------
    >>> coercive_voltages(np.array([[0.0, 1.0, -3.0, 3.0, 0.0, 1.0, 1.0, 0.5, 2.0]])).round(2).tolist()
    [[-3.0, 3.69]]
    """
    found = []
    for at, low, high in ((2, 5, 6), (3, 7, 8)):
        low, high = parameters[:, low], parameters[:, high]
        longer = np.maximum(low, high)
        found.append(parameters[:, at] + longer * erfinv((high - low) / (2 * longer)))
    return np.stack(found, axis=1)


def _crossing(voltage, branch, middle):
    """Voltage (loop,) at which a branch (loop, n) is nearest to its middle (loop,)."""
    return voltage[np.abs(branch - middle[:, None]).argmin(axis=1)]


def _start(voltage, down, loops):
    """Inner parameters (loop, 9) to begin with."""
    ends = np.abs(voltage) > 0.8
    low, high = (loops[:, ends & (np.sign(voltage) == sign)].mean(axis=1) for sign in (-1, 1))
    p = np.zeros((len(loops), 9))
    p[:, 0], p[:, 1] = low, high - low
    middle = (low + high) / 2
    p[:, 2] = _crossing(voltage[down], loops[:, down], middle)
    p[:, 3] = _crossing(voltage[~down], loops[:, ~down], middle)
    p[:, 5:] = np.log(0.15)
    return p


def _fitted(voltage, down, loops):
    """Inner parameters (loop, 9) of the best fit, by damped steps (Levenberg and Marquardt) of all loops at once."""
    p = _start(voltage, down, loops)
    damping, going = np.full(len(p), DAMPING[0]), np.arange(len(p))
    found, derivative = _model(voltage, down, p)
    cost = ((loops - found) ** 2).sum(axis=1)
    for _ in range(STEPS):
        off = loops[going] - found
        normal = np.einsum("lsk,lsm->lkm", derivative, derivative)
        scale = np.einsum("lkk->lk", normal).copy()
        normal[:, range(9), range(9)] += damping[going, None] * np.maximum(scale, 1e-9 * scale.max(axis=1)[:, None])
        step = np.linalg.solve(normal, np.einsum("lsk,ls->lk", derivative, off)[..., None])[..., 0]
        trial = p[going] + step
        trial[:, 2:4] = np.clip(trial[:, 2:4], -FURTHEST_COERCIVE, FURTHEST_COERCIVE)
        trial[:, 5:] = np.clip(trial[:, 5:], *np.log(ROUND))
        new = ((loops[going] - _model(voltage, down, trial)[0]) ** 2).sum(axis=1)
        better = new < cost[going]
        done = better & (cost[going] - new < STANDSTILL * cost[going]) | (damping[going] >= DAMPING[2])
        p[going[better]], cost[going[better]] = trial[better], new[better]
        damping[going] = np.clip(damping[going] * np.where(better, 0.3, 5.0), *DAMPING[1:])
        going = going[~done]
        if not len(going):
            break
        found, derivative = _model(voltage, down, p[going])
    return p, cost


def fit_loops(axis, loops):
    """Parameters of the loop function that fit best, of all loops at once.

    Parameters
    ----------
    axis : (step,) float
        It goes down and up (`ferrotune.loops.branches.is_loop`).
    loops : (loop, step) float

    Returns
    -------
    parameters : (loop, 9) float, in the order and units of `loop_function`
    error : (loop,) float, root mean square of the residuals, share of the loop's range

    Examples
    --------
    >>> axis = np.concatenate([np.linspace(9, -9, 40), np.linspace(-9, 9, 40)])
    >>> true = np.array([[-1.0, 2.0, -3.0, 4.0, 0.01, 1.0, 2.0, 0.5, 1.5]])
    >>> fit_loops(axis, loop_function(axis, true))[0].round(2).tolist()
    [[-1.0, 2.0, -3.0, 4.0, 0.01, 1.0, 2.0, 0.5, 1.5]]
    """
    axis, loops = np.asarray(axis, float), np.asarray(loops, float)
    half, middle = half_range(axis)
    voltage, down = (axis - middle) / half, falling(axis)
    low = loops.min(axis=1, keepdims=True)
    scale = np.maximum(np.ptp(loops, axis=1), 1e-300)[:, None]
    parts = [
        _fitted(voltage, down, (loops[k : k + TOGETHER] - low[k : k + TOGETHER]) / scale[k : k + TOGETHER])
        for k in range(0, len(loops), TOGETHER)
    ]
    p, cost = (np.concatenate(of) for of in zip(*parts, strict=True))
    p[:, 5:] = half * np.exp(p[:, 5:])
    p[:, 2:4] = middle + half * p[:, 2:4]
    p[:, [0, 1, 4]] *= scale
    p[:, :1] += low - p[:, 4:5] * middle / half
    p[:, 4] /= half
    return p, np.sqrt(cost / len(axis))
