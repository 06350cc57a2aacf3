"""Directions of vectors and walls: as seen in the image, and in the crystal's axes."""

import numpy as np

LOW_INDICES = ((1, 0), (0, 1), (1, 1), (1, -1))


def seen_angle(vector):
    """Angle of a vector (2,) as (y, x): degrees from +x, anticlockwise as the image is seen (its y points down).

    Examples
    --------
    >>> seen_angle(np.array([-1.0, 0.0])), seen_angle(np.array([0.0, -2.0]))
    (90.0, 180.0)
    """
    return float(np.degrees(np.arctan2(0.0 - vector[0], vector[1])))


def angle_between(one, other):
    """Angle between two vectors (2,), degrees from 0 to 180."""
    cosine = one @ other / (np.hypot(*one) * np.hypot(*other))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def indices_of(direction, lattice):
    """Indices (u, v) of a direction u a + v b, the larger of the two 1 or -1.

    Parameters
    ----------
    direction : (2,) float as (y, x), in any unit
    lattice : (2, 2) float, vectors a and b

    Returns
    -------
    (2,) float

    Examples
    --------
    >>> indices_of(np.array([3.0, -3.0]), np.eye(2)).tolist()
    [1.0, -1.0]
    """
    found = direction @ np.linalg.inv(lattice)
    return found / np.abs(found).max()


def plane_indices_of(normal, lattice):
    """Indices (h, k) of the planes with a normal (2,) in the image, h a* + k b*, the larger of the two 1 or -1."""
    found = lattice @ normal
    return found / np.abs(found).max()


def nearest_direction(direction, lattice, opposite=False):
    """The nearest direction <10> or <11> of the lattice, and the angle to it.

    Parameters
    ----------
    direction : (2,) float as (y, x)
    lattice : (2, 2) float, vectors a and b
    opposite : bool, whether [10] and [-10] are two directions: those of a vector, not of a line

    Returns
    -------
    str such as "[1 -1]", and degrees

    Examples
    --------
    >>> nearest_direction(np.array([-1.0, 0.1]), np.eye(2), opposite=True)[0]
    '[-1 0]'
    """
    signs = (1, -1) if opposite else (1,)
    known = [(sign * u, sign * v) for u, v in LOW_INDICES for sign in signs]
    off = [angle_between(direction, np.array(indices) @ lattice) for indices in known]
    off = off if opposite else [min(angle, 180.0 - angle) for angle in off]
    best = int(np.argmin(off))
    return f"[{known[best][0]} {known[best][1]}]", off[best]
