import numpy as np
import pytest

from ferrotune.loops.bad_points import bad_points, interpolated
from ferrotune.simulation.loops import LoopSpecimen, simulated_loops


@pytest.fixture(scope="module")
def loops():
    return simulated_loops(LoopSpecimen(shape=(16, 16)), seed=2).channels["piezoresponse"].reshape(256, -1)


def test_noise_and_switching_are_not_bad(loops):
    assert not bad_points(loops).any()


def test_a_spike_and_missing_points_are_replaced_by_what_lies_between(loops):
    spoilt = loops.astype(float)
    spoilt[7, 20], spoilt[9, 40:44], spoilt[11, 0] = 50.0, np.nan, np.inf
    found, count = interpolated(spoilt)
    assert count == 6
    assert found[7, 20] == pytest.approx((loops[7, 19] + loops[7, 21]) / 2)
    assert found[9, 40:44] == pytest.approx(np.interp(range(40, 44), [39, 44], loops[9, [39, 44]]))
    assert found[11, 0] == loops[11, 1]
    untouched = ~bad_points(spoilt)
    assert np.array_equal(found[untouched], loops[untouched])


def test_a_site_with_more_bad_points_than_good_ones_is_given_up(loops):
    spoilt = loops.astype(float)
    spoilt[3, :60] = np.nan
    found, count = interpolated(spoilt)
    assert count == 0 and np.isnan(found[3]).all() and np.isfinite(np.delete(found, 3, axis=0)).all()
