"""Whether the front of a search stands still: further trials are then not worth their time (`search.trials: auto`)."""

from dataclasses import asdict, dataclass

import numpy as np

from ferrotune.front import pareto

AUTO = "auto"
MOST_TRIALS = 200  # of a search that ends by itself. Ours: beyond, the front of a hundred trials hardly grows
AHEAD = 20  # trials whose gain is foreseen. Ours: two rounds of the default search
LEAST_GAIN = 0.005  # share of the hypervolume. Ours, chosen on a drawn film; docs/benchmarks.md has others
WITHOUT_FRONT = 100  # trials after which a search ends in which none has all rewards. Ours


@dataclass(frozen=True)
class Standstill:
    """What the trials so far say of the trials to come.

    Attributes
    ----------
    trials : int, trials so far
    usable : int, those that have all rewards of the search
    expected_gain : float, of AHEAD further trials, as a share of the hypervolume so far; NaN where none is usable
    limit : float, below which the front stands still
    ended : bool, whether the search ends
    """

    trials: int
    usable: int
    expected_gain: float
    limit: float
    ended: bool

    @property
    def words(self):
        """What is said of it in the log (str)."""
        said = "none of them has all rewards of the search"
        if self.usable:
            said = f"{AHEAD} more would raise the hypervolume of the front by {100 * self.expected_gain:.2g} %"
        end = "the search goes on"
        if self.ended:
            end = f"the search ends (limit {100 * self.limit:g} %)" if self.usable else "the search ends"
        return f"{self.trials} trials: {said}; {end}"

    def as_json(self):
        """Its attributes as a dict of JSON values."""
        return asdict(self) | {"expected_gain": self.expected_gain if np.isfinite(self.expected_gain) else None}


def first_judged(startup):
    """Number of trials from which on a search may end: twice as many guided ones as there were at its start. Ours."""
    return 3 * startup


def expected_gain(losses, ahead=AHEAD):
    """Growth of the hypervolume that further trials would bring, as a share of the hypervolume so far.

    Parameters
    ----------
    losses : (trial, objective) array, in the order of the trials; NaN where a trial has no rewards
    ahead : int, number of further trials

    Returns
    -------
    float
        NaN where no trial is usable.

    Notes
    -----
    As many trials again are taken to gain what the second half of the n trials gained, as where the hypervolume grows
    with the logarithm of the number of trials; `ahead` trials then gain log2(1 + ahead / n) of it. Most searches slow
    down more, so this is rather too much than too little. It is ours.

    Examples
    --------
    The second of two trials dominates the first, and two more change nothing:

    >>> expected_gain([[1.0, 1.0], [0.0, 0.0], [1.0, 0.5], [0.5, 1.0]])
    0.0
    """
    losses = np.asarray(losses, float)
    history = pareto.hypervolume_history(losses, pareto.best_and_worst(losses))
    count = len(history)
    if not count or history[-1] == 0:
        return float("nan")
    before = history[count // 2 - 1] if count > 1 else 0.0
    return float((history[-1] - before) / history[-1] * np.log2(1 + ahead / count))


def standstill(losses, startup, limit=LEAST_GAIN):
    """Judge whether a search may end.

    Parameters
    ----------
    losses : (trial, objective) array, in the order of the trials
    startup : int, number of trials that filled the space evenly
    limit : float, share of the hypervolume

    Returns
    -------
    Standstill
    """
    losses = np.asarray(losses, float)
    gain, usable = expected_gain(losses), int(np.isfinite(losses).all(axis=1).sum())
    ended = len(losses) >= first_judged(startup) and (gain < limit if usable else len(losses) >= WITHOUT_FRONT)
    return Standstill(len(losses), usable, gain, limit, ended)
