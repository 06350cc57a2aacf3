"""Domain patterns of a BiFeO3-like film, in projection along a cubic axis.

The polarization of a rhombohedral film lies along <111>; along a <100> beam it projects onto one of
four in-plane <110> variants. Every pattern consists of two profiles between -1 and 1, one for the y component
and one for the x component. A wall is where a profile passes through zero, as tanh(2 d / width) with d the
distance to the wall. The two signs give the variant, so direction and label always agree.
"""

import numpy as np

from ferrotune.errors import InputError

# The 71 degree wall is inclined by 45 degrees to the beam, and so is broader in projection: three times, our choice.
INCLINED_BROADENING = 3.0
# Size of nanodomains of the mottled pattern, unit cells: our choice, after images of the phase boundary.
MOTTLED_CORRELATION = 3.0
_WAVES = 96


PROFILES = {
    "tanh": lambda distance, width: np.tanh(2.0 * distance / width),
    # a sharp wall that is inclined through the thickness, seen in projection
    "linear": lambda distance, width: np.clip(2.0 * distance / width, -1.0, 1.0),
}


class _Kink:
    """Profile across a wall, from -1 to 1, at distances from it (cells)."""

    def __init__(self, wall_width, profile):
        self.wall_width, self._profile = wall_width, PROFILES[profile]

    def __call__(self, distance, broadening=1.0):
        return self._profile(distance, broadening * self.wall_width)


def _random_sign(rng):
    return 1.0 if rng.random() < 0.5 else -1.0


def _middle(s):
    """Centre and extent of positions along one axis; zeros where there are none."""
    if len(s) == 0:
        return 0.0, 0.0
    return 0.5 * (s.min() + s.max()), float(np.ptp(s))


def _stripes(s, rng):
    """Signed distance to the nearest of a stack of parallel walls; the sign alternates from wall to wall.

    One wall is always near the middle, so that every image shows at least two domains.
    """
    centre, extent = _middle(s)
    spacing = float(np.clip(extent * rng.uniform(0.28, 0.42), 8.0, 40.0))
    n_side = int(np.ceil(extent / (2 * spacing))) + 2
    steps = spacing * rng.uniform(0.85, 1.15, 2 * n_side + 1)
    walls = np.cumsum(steps)
    walls += centre + rng.uniform(-0.3, 0.3) * spacing - walls[n_side]
    after = np.searchsorted(walls, s)
    above = walls[np.clip(after, 0, len(walls) - 1)]
    below = walls[np.clip(after - 1, 0, len(walls) - 1)]
    distance = np.minimum(np.abs(s - below), np.abs(above - s))
    return distance * np.where(after % 2 == 0, 1.0, -1.0) * _random_sign(rng)


def _walls_109(yx, kink, rng):
    """Walls of 109 degrees on {100}, edge on: trace along y, the y component switches.

    The components along y and along the beam switch. The component normal to the wall does not, so the wall
    carries no charge (Streiffer et al., J. Appl. Phys. 83, 2742 (1998)).
    """
    switching = kink(_stripes(yx[:, 1], rng))
    return np.stack([switching, np.full(len(yx), _random_sign(rng))], axis=1)


def _walls_71(yx, kink, rng):
    """Walls of 71 degrees on {110}: trace along x, the x component switches, broad in projection.

    One component switches, and the uncharged, strain-free plane contains its axis. For the x component this plane
    is {011}, which meets the image plane along x at 45 degrees to the beam (Streiffer et al. 1998). The
    broadening factor of the projection is ours.
    """
    switching = kink(_stripes(yx[:, 0], rng), INCLINED_BROADENING)
    return np.stack([np.full(len(yx), _random_sign(rng)), switching], axis=1)


def _diagonal_180(yx, kink, rng):
    """Walls of 180 degrees along an in-plane <110>: P becomes -P and lies in the wall, which is uncharged."""
    diagonal = _random_sign(rng)  # P along (1, diagonal); the wall's normal is (1, -diagonal)
    switching = kink(_stripes((yx[:, 0] - diagonal * yx[:, 1]) / np.sqrt(2.0), rng))
    return np.stack([switching, diagonal * switching], axis=1)


def _closure(yx, kink, rng):
    """Flux closure: four quadrants around a junction; P rotates by 90 degrees at each uncharged {100} wall."""
    junction = np.empty(2)
    for axis in range(2):
        centre, extent = _middle(yx[:, axis])
        junction[axis] = centre + rng.uniform(-0.15, 0.15) * extent
    sense = _random_sign(rng)
    y, x = (yx - junction).T
    return sense * np.stack([kink(x), -kink(y)], axis=1)


def _smooth_field_distance(yx, correlation, rng):
    """Signed distance (first order) to the zero lines of a Gaussian random field, in cells."""
    wave = rng.normal(0.0, 1.0 / correlation, (_WAVES, 2))
    phase = rng.uniform(0.0, 2 * np.pi, _WAVES)
    argument = yx @ wave.T + phase
    field = np.cos(argument).sum(axis=1)
    slope = np.sin(argument) @ wave
    return field / np.maximum(np.hypot(slope[:, 0], slope[:, 1]), 1e-9)


def _mottled(yx, kink, rng):
    """Nanodomains of all four variants, as at the morphotropic boundary: two thresholded random fields."""
    return np.stack([kink(_smooth_field_distance(yx, MOTTLED_CORRELATION, rng)) for _ in range(2)], axis=1)


def _none(yx, kink, rng):
    """No polarization, one label."""
    return np.zeros((len(yx), 2))


GEOMETRIES = {
    "walls_109": _walls_109,
    "walls_71": _walls_71,
    "diagonal_180": _diagonal_180,
    "closure": _closure,
    "mottled": _mottled,
    "none": _none,
}

# Row k is the unit vector (y, x) of variant k.
VARIANTS = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]) / np.sqrt(2.0)


def variant_of(direction):
    """Find the variant (row of `VARIANTS`) nearest to each direction.

    Parameters
    ----------
    direction : (n, 2) array
        Polarization as (y, x) along the lattice axes, any unit. A component of exactly zero counts as
        positive.

    Returns
    -------
    (n,) int8 array
        0 to 3.
    """
    direction = np.asarray(direction)
    return (2 * (direction[:, 0] >= 0) + (direction[:, 1] >= 0)).astype(np.int8)


def domain_pattern(geometry, yx, wall_width, seed, profile="tanh"):
    """Calculate domain labels and polarization directions of a named pattern.

    The seed decides positions of walls and signs of variants. The pattern covers the extent of the given positions,
    so that 30 x 30 cells or more always show at least two domains.

    Parameters
    ----------
    geometry : str
        A key of `GEOMETRIES`: `walls_109`, `walls_71`, `diagonal_180`, `closure`, `mottled`, `none`.
    yx : (n, 2) array
        Positions along the lattice axes, in unit cells.
    wall_width : float
        Full width of an edge-on wall, in unit cells.
    seed : int
        The same seed gives the same pattern.
    profile : {"tanh", "linear"}
        Profile across a wall: tanh(2 d / width), or 2 d / width up to -1 and 1.

    Returns
    -------
    label : (n,) int8 array
        Variant, a row of `VARIANTS`; all 0 for `none`.
    direction : (n, 2) array
        Polarization as (y, x), of length 1 inside a domain and less inside a wall; 0 for `none`.

    Raises
    ------
    InputError
        For an unknown geometry or a width that is not positive.
    """
    if geometry not in GEOMETRIES:
        allowed = ", ".join(GEOMETRIES)
        raise InputError(f"geometry {geometry!r} is unknown; choose one of: {allowed}")
    if not wall_width > 0:
        raise InputError(f"wall_width must be above 0 unit cells, not {wall_width}; widen it")
    yx = np.asarray(yx, dtype=float)
    direction = GEOMETRIES[geometry](yx, _Kink(wall_width, profile), np.random.default_rng(seed)) / np.sqrt(2.0)
    if geometry == "none":
        return np.zeros(len(yx), np.int8), direction
    return variant_of(direction), direction
