"""Lengths of walls that are known: open lines, rings, and no walls at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferrotune.segmentation.wall_lengths import wall_lengths, walls_per_area, whole_path

LINE = np.array([[0.0, 0.0], [0.0, 3.0], [4.0, 3.0]])


def test_a_ring_is_as_long_as_the_way_back_to_its_first_point():
    assert wall_lengths([LINE, LINE, LINE], [False, True, False]).tolist() == [7, 12, 7]
    assert whole_path(LINE, True).tolist() == [*LINE.tolist(), [0, 0]]
    assert whole_path(LINE, False).tolist() == LINE.tolist()


def test_no_walls_have_no_length():
    assert wall_lengths([], []).shape == (0,)
    assert walls_per_area(wall_lengths([], []), 9.0) == 0


@given(st.integers(3, 400), st.floats(0.1, 100))
def test_a_ring_of_many_points_is_a_polygon(count, radius):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    ring = radius * np.column_stack([np.sin(angle), np.cos(angle)])
    (length,) = wall_lengths([ring], [True])
    assert length == pytest.approx(2 * count * radius * np.sin(np.pi / count))
