"""Early stopping: a trial that trains a model is given up where earlier rounds have done better in every reward."""

import math
from dataclasses import dataclass

import numpy as np

from ferrotune.front import pareto

LOOKS = (1 / 5, 1 / 3)  # shares of the epochs after which a trial is looked at. Ours
MARGIN = 0.15  # of the range of each reward over the earlier trials. Ours; docs/benchmarks.md says what it does
LEAST_TRIALS = 6  # usable earlier trials, below which their range says little. Ours


@dataclass(frozen=True)
class EarlierFront:
    """Front of the earlier rounds of a search, which a trial must not fall behind while it is trained.

    Attributes
    ----------
    objectives : dict of reward name to direction
    losses : (point, objective) float, of the front, in units of the range of the earlier trials
    bounds : (best, worst) losses (objective,) of the earlier trials
    margin : float, by which a trial must be worse in every reward to be given up
    """

    objectives: dict
    losses: np.ndarray
    bounds: tuple
    margin: float = MARGIN

    @classmethod
    def of(cls, records, objectives, margin=MARGIN):
        """Front of the records (list of dict with ``rewards``) of earlier rounds; None where too few are usable."""
        losses = _losses(records, objectives)
        losses = losses[np.isfinite(losses).all(axis=1)]
        if len(losses) < LEAST_TRIALS:
            return None
        bounds = pareto.best_and_worst(losses)
        return cls(objectives, _scaled(losses[pareto.front(losses)], bounds), bounds, margin)

    def looks(self, epochs):
        """Numbers (set) of done epochs after which a trial of so many epochs is looked at."""
        return {max(1, math.ceil(share * epochs)) for share in LOOKS}

    def dominates(self, rewards):
        """Whether a point of the front is better in every reward (dict) by the margin; False where one is unknown.

        Examples
        --------
        >>> records = [{"rewards": {"p": i / 10, "q": 1 - i / 10}} for i in range(11)]
        >>> front = EarlierFront.of(records, {"p": "maximise", "q": "maximise"})
        >>> front.dominates({"p": 0.45, "q": 0.45}), front.dominates({"p": 0.3, "q": 0.3})
        (False, True)
        """
        loss = _scaled(_losses([{"rewards": rewards}], self.objectives), self.bounds)
        return bool((self.losses <= loss - self.margin).all(axis=1).any())


def _losses(records, objectives):
    """Losses (trial, objective) of records; NaN where a reward is unknown."""
    rewards = [[record["rewards"].get(name, np.nan) for name in objectives] for record in records]
    return pareto.losses(np.array(rewards, float).reshape(len(records), len(objectives)), list(objectives.values()))


def _scaled(losses, bounds):
    """Losses in units of the range between the best and the worst; 0 for one that does not vary."""
    best, worst = bounds
    return (losses - best) / np.where(worst > best, worst - best, 1.0)
