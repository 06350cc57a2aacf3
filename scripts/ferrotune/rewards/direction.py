"""Rewards of the directions in which walls run, weighted by length."""

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
    """Mean angle between walls and the nearest of the lattice's <10> and <11> directions, degrees.

    11.25 where all directions are alike, in a square lattice. Noise draws walls along the rows of sites: they have
    11 with two labels, 9 with three, 6 with four.
    """
    a, b = segmentation.lattice
    (y, x), weight = segmentation.directions
    sines = [np.abs(y * vector[1] - x * vector[0]) / np.hypot(*vector) for vector in (a, b, a + b, a - b)]
    return np.degrees(np.average(np.arcsin(np.minimum.reduce(sines)), weights=weight))


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
    (y, x), weight = segmentation.directions
    twice = (x + 1j * y) ** 2
    return np.abs(np.average(twice * twice, weights=weight))
