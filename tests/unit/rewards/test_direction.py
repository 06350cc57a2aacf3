"""Alignment and orientation of walls at known angles."""

import numpy as np
import pytest

from ferrotune.rewards import Segmentation, score
from ferrotune.walls import Walls
from helpers.domains import SITES, WIDTH, YX, checkerboard, random_labels, ring, value, wall
from helpers.drawn import grid, sites_of, turned


def straight_walls(*angles):
    """A segmentation of straight walls of 20 cells at angles in degrees, in a square lattice."""
    paths = [np.linspace(-10, 10, 81)[:, None] * turned([[0.0, 1.0]], angle) for angle in angles]
    return Segmentation(
        np.zeros(4), Walls(np.array([p[[0, -1]] for p in paths]), paths, [False] * len(paths), []), SITES
    )


def test_alignment_is_the_angle_to_the_nearest_low_index_direction():
    for angle, away in ((0, 0), (10, 10), (22.5, 22.5), (30, 15), (45, 0), (80, 10), (120, 15)):
        assert score(straight_walls(angle), ["alignment"])["alignment"] == pytest.approx(away, abs=1e-6)
    assert score(straight_walls(0, 10), ["alignment"])["alignment"] == pytest.approx(5)
    everywhere = straight_walls(*np.arange(0, 180, 1.5))
    assert score(everywhere, ["alignment"])["alignment"] == pytest.approx(11.25, abs=0.01)


@pytest.mark.parametrize("turn", [0, 10, 22.5, 30])
def test_alignment_follows_the_lattice_and_orientation_does_not(turn):
    yx = grid(WIDTH, turn)
    sites = sites_of(yx, turn)
    for angle in (0.0, 22.5, 45.0):
        away = 22.5 if angle == 22.5 else 0.0
        assert value("alignment", wall(yx, turn + angle), sites) == pytest.approx(away, abs=2.5)
        assert value("orientation", wall(yx, turn + angle), sites) > 0.97


def test_alignment_of_walls_that_noise_draws():
    """Two labels have no direction; with more of them walls are short, and run along the rows of sites."""
    two, four = (np.mean([value("alignment", random_labels(YX, n, seed)) for seed in range(4)]) for n in (2, 4))
    assert two == pytest.approx(11.25, abs=0.7) and 5 < four < 8


def test_orientation_counts_right_angles_as_one_direction():
    for angles, share in (((30,), 1), ((0, 90), 1), ((10, 100, 10), 1), ((0, 45), 0), ((0, 0, 45), 1 / 3)):
        assert score(straight_walls(*angles), ["orientation"])["orientation"] == pytest.approx(share, abs=1e-6)
    assert value("orientation", ring(YX)) < 0.2
    assert value("orientation", checkerboard(YX, 8)) > 0.7  # its walls are bent where it meets corner to corner
