"""Rewards of the directions of walls, weighted by length."""

import numpy as np

from ferrotune.rewards.registry import reward


@reward(
    "minimise",
    "deg",
    "A wall without charge and strain lies in a low-index plane, so its trace is a low-index direction.",
    "ours; planes of such walls: Fousek and Janovec, J. Appl. Phys. 40, 135 (1969)",
    needs=("lattice",),
)
def alignment(segmentation):
    """Mean angle between walls and the nearest <10> or <11> direction of the lattice, degrees.

    It is 11.25 in a square lattice if walls run in all directions alike. In noise, walls follow the rows of sites:
    their mean angle is 11 with two labels, 9 with three, 6 with four.
    """
    a, b = segmentation.lattice
    (y, x), weight = segmentation.directions
    sines = [np.abs(y * vector[1] - x * vector[0]) / np.hypot(*vector) for vector in (a, b, a + b, a - b)]
    return np.degrees(np.average(np.arcsin(np.minimum.reduce(sines)), weights=weight))


@reward(
    "maximise",
    "1",
    "Variants are separated by walls on few planes, which are at right angles in projection.",
    "ours; the mean resultant of axial data: Mardia and Jupp, Directional Statistics (2000)",
)
def orientation(segmentation):
    """Order of the directions of walls: the length of the mean of exp(4 i theta).

    It is 1 if all walls run in one direction or at right angles to it, 0 if all directions are alike, and about
    sqrt(pi / 4 n) for n straight walls of one length in random directions. Walls along <10> and along <11> count
    against each other; `alignment` compares walls with the lattice instead.
    """
    (y, x), weight = segmentation.directions
    twice = (x + 1j * y) ** 2
    return np.abs(np.average(twice * twice, weights=weight))
