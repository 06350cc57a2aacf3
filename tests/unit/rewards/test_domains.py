"""Numbers and sizes of drawn domains."""

import numpy as np
import pytest

from helpers.domains import YX, checkerboard, random_labels, ring, stripes, value, wall


def test_domains_per_variant():
    for labels, count in ((wall(YX), 1), (ring(YX), 1), (stripes(YX, 8), 3), (checkerboard(YX), len(YX) / 2)):
        assert value("domains_per_variant", labels) == pytest.approx(count)
    assert value("domains_per_variant", random_labels(YX)) > 50


def test_small_domains_are_those_below_nine_cells():
    assert value("small_domains", wall(YX)) == value("small_domains", ring(YX)) == 0
    assert value("small_domains", checkerboard(YX)) == 1
    for side, share in ((2, 4), (3, 0)):  # squares of 2 x 2 and 3 x 3 sites in a half plane
        inside = (
            (np.abs(YX - [8.5, 0.5]) < side / 2).all(axis=1) if side == 2 else (np.abs(YX - [8, 0]) < 1.5).all(axis=1)
        )
        assert inside.sum() == side**2
        assert value("small_domains", wall(YX) & ~inside) == pytest.approx(share / len(YX))
