"""The rate at which walls stand is lowered where null maps, judged by each other, have too many."""

import numpy as np
import pytest

from ferrotune.judge.null_maps import Found
from ferrotune.judge.significance import FALSE_MAPS, rate_on_null_maps, whole_boundaries

RATE = 0.05 / 3


def null_maps_of(gains):
    """Null maps with boundaries of 20 cells with some gains (map, boundary), and no stretches or polarization."""
    none = np.zeros(0)
    return [Found(np.full(len(own), 20.0), own, none, none, none, none, np.array([own.mean()])) for own in gains]


def share_with_walls(null, rate):
    """Share of null maps on which a wall stands, by all the others."""
    stands = (whole_boundaries(one, [of for of in null if of is not one], rate)[1].any() for one in null)
    return np.mean(list(stands))


def gains(scale, seed, outlying=0):
    """Gains (30 maps, 6 boundaries), nearly normal after the transformation; larger in one boundary of some maps."""
    transformed = 0.5 + 0.08 * np.random.default_rng(seed).standard_normal((30, 6))
    transformed[:outlying, 0] += scale
    return 1 - np.exp(-(transformed**2))


@pytest.mark.parametrize("seed", range(4))
def test_the_rate_stays_where_few_null_maps_have_a_wall(seed):
    null = null_maps_of(gains(0.0, seed))
    assert share_with_walls(null, RATE) <= FALSE_MAPS
    assert rate_on_null_maps(null, RATE) == RATE


@pytest.mark.parametrize("seed", range(4))
def test_the_rate_is_lowered_until_few_null_maps_have_a_wall(seed):
    null = null_maps_of(gains(0.24, seed, outlying=5))
    lower = rate_on_null_maps(null, RATE)
    assert share_with_walls(null, RATE) > FALSE_MAPS
    assert share_with_walls(null, lower) <= FALSE_MAPS < share_with_walls(null, 2 * lower)


def test_few_null_maps_do_not_judge_each_other():
    assert rate_on_null_maps(null_maps_of(gains(0.24, 0, outlying=5))[:3], RATE) == RATE
