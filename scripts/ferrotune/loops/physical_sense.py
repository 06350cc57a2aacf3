"""Physical sense of a loop: it closes, it switches with the voltage and not against it, and in few steps.

A piezoresponse loop may have a slope that does not switch (electrostatics), and noise. Everything else in it is a
domain that switches: on a branch the response then goes one way only, the branch of the falling voltage lies on one
side of the other, and the loop ends where it began. A linear component of many loops need not obey any of this.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from ferrotune.loops.branches import branches_of

# Limits, as shares of the height of a loop. Ours: chosen on the toy set at noise 0.05 (`simulation.loops`, seeds 1 to
# 3), so that at most 1 in 100 of its noisy loops is called impossible (0.2 %); of seeds 4 to 8 0.9 % at most are, of
# the real loops of docs/loops_vae.md 9 %.
GAP = 0.15  # between the beginning of a loop and its end
BACKWARDS = 0.15  # by which a branch falls back from the furthest it has gone with the voltage
CROSSED = 0.15  # by which the branches lie on the wrong side of each other
SMOOTHED = 12  # a branch is averaged over a twelfth of its steps, at least one
PROMINENT = 0.35  # of the steepest slope of a branch, by which a step stands out
FLAT, QUARTILE = 1 / 6, 0.25  # part of a branch over which a slope is measured; the quartile that does not switch
SMALLEST = 0.1  # of the mean height of all loops, below which a loop is flat: then this is its height


@dataclass(frozen=True)
class PhysicalSense:
    """What is wrong with loops, as shares of their height; arrays (loop,).

    Attributes
    ----------
    gap : distance of the end of a loop from its beginning
    backwards : how far a branch falls back from the furthest that it has gone with the voltage, slope aside
    crossed : how far the branches lie on the wrong side of each other
    steps : int, most steps of a branch
    """

    gap: np.ndarray
    backwards: np.ndarray
    crossed: np.ndarray
    steps: np.ndarray

    def impossible(self, most_steps):
        """Whether a loop cannot be that of a sample, (loop,) bool."""
        wrong = (self.gap > GAP) | (self.backwards > BACKWARDS) | (self.crossed > CROSSED)
        return wrong | (self.steps > most_steps)


def _smooth(branch):
    """Branch (loop, step) averaged over few steps."""
    size = max(1, round(branch.shape[1] / SMOOTHED))
    return uniform_filter1d(branch, size + (size + 1) % 2, axis=1, mode="nearest")


def _on_one_axis(axis, branches, loops):
    """The two branches of loops (loop, step) at the voltages (n,) that both have, from low to high."""
    voltages = [axis[part][::way] for part, way in zip(branches.slices(), branches.direction, strict=True)]
    common = voltages[0][(voltages[0] >= voltages[1][0]) & (voltages[0] <= voltages[1][-1])]
    found = []
    for part, way, own in zip(branches.slices(), branches.direction, voltages, strict=True):
        after = np.clip(np.searchsorted(own, common), 1, len(own) - 1)
        share = (common - own[after - 1]) / (own[after] - own[after - 1])
        values = loops[:, part][:, ::way]
        found.append(values[:, after - 1] * (1 - share) + values[:, after] * share)
    return found[0], found[1]


def _slope(axis, branches, loops, way):
    """Slope (loop,) that does not switch, of loops (loop, step) whose response goes with the voltage, or against it."""
    slopes = []
    for part in branches.slices():
        far = max(1, round(FLAT * (part.stop - part.start)))
        rise, run = (np.asarray(v)[..., part] for v in (loops, axis))
        slopes.append((rise[:, far:] - rise[:, :-far]) / (run[far:] - run[:-far]))
    return way * np.quantile(way * np.concatenate(slopes, axis=1), QUARTILE, axis=1)


def _count_steps(slope):
    """Number of steps of a branch, from its slope (step,) along the way it switches."""
    steepest = slope.max()
    if steepest <= 0:
        return 0
    framed = np.concatenate([[0.0], slope, [0.0]])
    return len(find_peaks(framed, prominence=PROMINENT * steepest, height=PROMINENT * steepest)[0])


def sense_of(axis, loops):
    """Measure the physical sense of loops.

    Parameters
    ----------
    axis : (step,) V, of one cycle: two branches
    loops : (loop, step)

    Returns
    -------
    PhysicalSense

    Raises
    ------
    ValueError
        If the voltage has not two branches.

    Notes
    -----
    Which branch is the upper one depends on the sign of the measured phase: it is taken from the sum of all loops. The
    slope that does not switch is the lower quartile of a loop's slopes over a sixth of a branch: it switches on at most
    three quarters of its way.
    """
    axis, loops, branches = np.asarray(axis, float), np.asarray(loops, float), branches_of(axis)
    if len(branches.start) != 2:
        raise ValueError(f"a loop has two branches; this voltage has {len(branches.start)}")
    smooth = np.concatenate([_smooth(loops[:, part]) for part in branches.slices()], axis=1)
    side = np.sign(np.subtract(*_on_one_axis(axis, branches, smooth)).sum()) or 1.0
    # the response follows the voltage: with the upper branch on the way down it rises with it, else it falls with it
    way = side * -branches.direction[0]
    level = smooth - _slope(axis, branches, smooth, way)[:, None] * axis
    height = np.ptp(level, axis=1)
    height = np.maximum(height, SMALLEST * height.mean() + 1e-12)
    apart = np.subtract(*_on_one_axis(axis, branches, level))
    against, steps = np.zeros(len(loops)), np.zeros(len(loops), int)
    for part, goes in zip(branches.slices(), branches.direction, strict=True):
        along = way * goes * level[:, part]
        against = np.maximum(against, (np.maximum.accumulate(along, axis=1) - along).max(axis=1))
        steps = np.maximum(steps, [_count_steps(slope) for slope in np.diff(along, axis=1)])
    return PhysicalSense(
        gap=np.abs(level[:, 0] - level[:, -1]) / height,
        backwards=against / height,
        crossed=np.maximum(-side * apart, 0).max(axis=1) / height,
        steps=steps,
    )


def impossible(axis, loops, most_steps=2):
    """Whether loops (loop, step) over a voltage (step,) cannot be those of a sample, (loop,) bool.

    Examples
    --------
    A loop that switches once on each branch; the same with one branch that also goes back; a figure of eight.

    >>> voltage = np.concatenate([np.linspace(10, -9.5, 40), np.linspace(-10, 9.5, 40)])
    >>> down = np.arange(80) < 40
    >>> good = np.tanh(voltage + np.where(down, 4, -4))
    >>> back = good - 0.5 * np.exp(-((voltage - 6) ** 2)) * down
    >>> eight = np.where(voltage > 0, good, np.tanh(voltage + np.where(down, -4, 4)))
    >>> impossible(voltage, np.stack([good, good, good, back, eight])).tolist()
    [False, False, False, True, True]
    """
    return sense_of(axis, loops).impossible(most_steps)
