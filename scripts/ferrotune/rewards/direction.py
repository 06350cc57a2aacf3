"""Rewards of the directions in which walls run, weighted by length."""

import numpy as np

from ferrotune.rewards.registry import reward

REACH = 16  # points of a path, 4 cells, over which its direction is taken: it must step over a staircase of sites


def _directions(walls, arc_lengths):
    """Directions (n,) along all walls, radians from +x towards +y, and the length of wall (n,) that each stands for.

    A wall shorter than the reach has one, from end to end. Straight segments would not do: those of a ring of sites
    are an octagon.
    """
    count = np.array([len(path) for path in walls.paths])
    points, wall = np.concatenate(walls.paths), np.repeat(np.arange(len(count)), count)
    place = np.arange(len(points)) - np.repeat(np.cumsum(count) - count, count)
    onward, last = place + REACH, (count - 1)[wall]
    ring = np.array(walls.closed, bool)[wall]
    taken = np.flatnonzero(ring | (onward <= last) | (place == 0))
    ahead = np.where(ring, onward % (last + 1), np.minimum(onward, last))
    chord = points[taken - place[taken] + ahead[taken]] - points[taken]
    return np.arctan2(*chord.T), (arc_lengths / np.bincount(wall[taken]))[wall[taken]]


@reward(
    "minimise",
    "deg",
    "A wall without charge and strain lies in a low-index plane, so its trace is a low-index direction.",
    "ours; planes of such walls: Fousek and Janovec, J. Appl. Phys. 40, 135 (1969)",
    needs=("lattice",),
)
def alignment(segmentation):
    """Mean angle between walls and the nearest of the lattice's <10> and <11> directions, degrees.

    11.25 where all directions are alike, in a square lattice. Noise draws walls along the rows of sites: they have
    11 with two labels, 9 with three, 6 with four.
    """
    a, b = segmentation.lattice
    angle, weight = _directions(segmentation.walls, segmentation.arc_lengths)
    away = angle[:, None] - np.arctan2(*np.array([a, b, a + b, a - b]).T)
    nearest = np.abs((away + np.pi / 2) % np.pi - np.pi / 2).min(axis=1)
    return np.degrees(np.average(nearest, weights=weight))


@reward(
    "maximise",
    "1",
    "Variants part along few planes, which stand at right angles in projection.",
    "ours; the mean resultant of axial data: Mardia and Jupp, Directional Statistics (2000)",
)
def orientation(segmentation):
    """How few directions walls run in: the length of the mean of exp(4 i theta), 1 for one and those across it.

    0 where all directions are alike, and about sqrt(pi / 4 n) for n straight walls of one length in random
    directions. Walls along <10> and along <11> count against each other: `alignment` lets the lattice decide.
    """
    angle, weight = _directions(segmentation.walls, segmentation.arc_lengths)
    return np.abs(np.average(np.exp(4j * angle), weights=weight))
