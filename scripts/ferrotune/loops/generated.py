"""Loops that a reduction generates: along each of its numbers, and for each site."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

PERCENTILES = (2, 98)  # of a score over all sites, between which loops are generated
POINTS = 9  # along each score


def linear_generator(scores, loops):
    """Function from scores (n, r) to loops (n, step): the linear map that reproduces loops (site, step) best.

    For principal components it is their own inverse; other linear reductions have no better one.

    Examples
    --------
    >>> scores = np.array([[0.0], [1.0], [2.0]])
    >>> linear_generator(scores, scores * [1.0, 2.0] + 1)(np.array([[3.0]])).round(6).tolist()
    [[4.0, 7.0]]
    """
    mean, of_loops = scores.mean(axis=0), loops.mean(axis=0)
    matrix = np.linalg.lstsq(scores - mean, np.asarray(loops, float) - of_loops, rcond=None)[0]
    return lambda some: (some - mean) @ matrix + of_loops


def along_scores(scores, points=POINTS):
    """Scores (r, points, r) along each score over the range of its sites (site, r), the others at their median."""
    low, high = np.percentile(scores, PERCENTILES, axis=0)
    found = np.tile(np.median(scores, axis=0), (scores.shape[1], points, 1))
    for n in range(scores.shape[1]):
        found[n, :, n] = np.linspace(low[n], high[n], points)
    return found


@dataclass(frozen=True)
class GeneratedLoops:
    """Real loops, the scores of their sites, and what generates loops from scores.

    Attributes
    ----------
    axis : (step,) V
    real : (site, step)
    scores : (site, r) float
    generate : function of scores (n, r) that gives loops (n, step)
    again : function of int that gives the scores (site, r) of the same setting, trained with another seed; or None
    """

    axis: np.ndarray
    real: np.ndarray
    scores: np.ndarray
    generate: Callable
    again: Callable | None = None

    @cached_property
    def traversals(self):
        """Loops (r, points, step) along each score."""
        at = along_scores(self.scores)
        return self.generate(at.reshape(-1, at.shape[-1])).reshape(*at.shape[:2], -1)

    @cached_property
    def of_sites(self):
        """Loops (site, step) that the scores of the sites generate."""
        return self.generate(self.scores)
