"""Paths of walls whose lengths and curvatures are known, many at once."""

import numpy as np
import pytest

from ferrotune.walls.paths import FIT, SPACING, smoothed

STEP = 1 / 8


def line(length, angle):
    along = np.arange(0, length + STEP / 2, STEP)
    return np.outer(along, [np.sin(angle), np.cos(angle)])


def ring(radius):
    angle = np.linspace(0, 2 * np.pi, round(2 * np.pi * radius / STEP), endpoint=False)
    return radius * np.column_stack([np.sin(angle), np.cos(angle)])


WALLS = [line(30, 0.3), ring(4), line(2, 1.0), ring(20), line(3.125, 2.0), ring(1.5), line(12, 0)]
CLOSED = np.array([False, True, False, True, False, True, False])


def of_all(walls, closed):
    """Path and curvature of each wall, taken together."""
    path, counts, curvature = smoothed(np.concatenate(walls), np.array([len(w) for w in walls]), np.array(closed))
    return [np.split(of, np.cumsum(counts)[:-1]) for of in (path, curvature)]


def test_lines_are_straight_and_rings_have_their_radius():
    paths, curvatures = of_all(WALLS, CLOSED)
    for wall, path, closed, curvature in zip(WALLS, paths, CLOSED, curvatures, strict=True):
        if closed:
            radius = np.hypot(*wall[0])
            assert np.hypot(*path.T) == pytest.approx(radius, rel=0.01)
            # cubics over a radian each way, as on rings smaller than FIT, are 6 to 7 % too flat
            flat = 0.075 if radius < FIT else 0.01
            assert 1 - flat < curvature.min() * radius and curvature.max() * radius < 1
        else:
            assert curvature == pytest.approx(0, abs=1e-9)
            assert path[[0, -1]] == pytest.approx(wall[[0, -1]], abs=1e-9)
        steps = np.hypot(*np.diff(path, axis=0).T)
        assert steps == pytest.approx(steps.mean(), rel=1e-3) and abs(steps.mean() - SPACING) < SPACING / 4


def test_a_wall_does_not_depend_on_the_others():
    """Nor on their order; a length of 12.5 spacings, which rounding could make 12 or 13, included."""
    paths, curvatures = of_all(WALLS, CLOSED)
    turned = of_all(WALLS[::-1], CLOSED[::-1])
    for k, wall in enumerate(WALLS):
        ((alone,), (bend,)) = of_all([wall], CLOSED[k : k + 1])
        for path, curvature in ((paths[k], curvatures[k]), (turned[0][-1 - k], turned[1][-1 - k])):
            assert path.shape == alone.shape
            assert path == pytest.approx(alone, abs=1e-9) and curvature == pytest.approx(bend, abs=1e-9)


def test_a_window_of_whole_steps_is_no_shorter_beside_other_walls():
    """40 steps of an eighth of a cell fit FIT exactly: the sum of other walls' lengths must not round it to 39."""
    upright = np.arange(160) // 8 % 2 == 0
    stairs = np.cumsum(STEP * np.column_stack([upright, ~upright]), axis=0)
    ((alone,), _) = of_all([stairs], [False])
    for k in range(100):
        (_, path), _ = of_all([line(10 + 0.37 * k, 0.1 + 0.01 * k), stairs], [False, False])
        assert path == pytest.approx(alone, abs=1e-9)


def test_rough_ends_are_taken_from_the_last_whole_window():
    """A staircase of cells along a diagonal: its curvature is small up to the ends, where a fit leans on one side."""
    place = np.arange(0, 40, STEP)
    stairs = np.column_stack([np.floor(place / 2 + 0.5), np.floor(place / 2)])
    (path,), (curvature,) = of_all([stairs], [False])
    assert curvature.max() < 0.1
    assert np.ptp(curvature[: int(FIT / SPACING)]) == 0 == np.ptp(curvature[-int(FIT / SPACING) :])
    assert np.abs(path[:, 0] - path[:, 1]).max() < 1
