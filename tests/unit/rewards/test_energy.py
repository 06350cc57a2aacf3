"""Wall density and boundary energy of domains known by hand."""

import math

import numpy as np
import pytest

from helpers.domains import SITES, WIDTH, YX, checkerboard, random_labels, ring, stripes, value, wall


def test_wall_density_is_wall_length_over_area():
    area = math.pi * (WIDTH / 2 + 0.5) ** 2  # sites reach half a cell beyond the disc
    assert value("wall_density", wall(YX)) == pytest.approx(WIDTH / area, rel=0.1)
    assert value("wall_density", ring(YX, 10)) == pytest.approx(2 * math.pi * 10 / area, rel=0.1)


def test_boundary_energy_of_domains_known_by_hand():
    """Unlike pairs of a straight wall: one for each site of the row beside it."""
    n, edges = len(YX), len(SITES.near.edges)
    row = np.count_nonzero(YX[:, 0] == 1)
    upper = np.count_nonzero(wall(YX))
    expected = 2 * upper * (n - upper) / (n * (n - 1))
    assert value("boundary_energy", wall(YX)) == pytest.approx(row / edges / expected, rel=1e-6)
    assert value("boundary_energy", checkerboard(YX)) == pytest.approx(2, abs=0.01)
    assert value("boundary_energy", stripes(YX, 8)) == pytest.approx(1 / 8, rel=0.1)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_boundary_energy_of_noise_is_one(count):
    """However many labels there are, and however rare they are."""
    values = [value("boundary_energy", random_labels(YX, count, seed)) for seed in range(5)]
    assert np.mean(values) == pytest.approx(1, abs=0.02)
    rare = np.random.default_rng(0).random(len(YX)) < 0.1
    assert value("boundary_energy", rare) == pytest.approx(1, abs=0.05)
