import numpy as np
import pytest

from ferrotune.loops.branches import area, falling, is_loop


def test_where_the_voltage_turns_the_next_branch_begins():
    found = falling([0.0, 1.0, 2.0, 1.0, 0.0, 0.0, -1.0, 0.0])
    assert np.flatnonzero(found).tolist() == [2, 3, 4, 5]


def test_a_ramp_is_no_loop():
    assert not is_loop(np.linspace(-1, 1, 9)) and not is_loop(np.ones(5))
    assert is_loop([0, 1, 0, -1, 0])


@pytest.mark.parametrize("start", [0, 30, 77])
def test_the_area_of_an_ellipse_does_not_depend_on_where_the_cycle_starts(start):
    phase = np.roll(np.linspace(0, 2 * np.pi, 400, endpoint=False), start)
    # the response lags a quarter behind
    assert area(3 * np.cos(phase), [2 * np.sin(-phase)])[0] == pytest.approx(-6 * np.pi, rel=1e-3)
    assert area(3 * np.cos(phase), [2 * np.sin(phase)])[0] == pytest.approx(6 * np.pi, rel=1e-3)
