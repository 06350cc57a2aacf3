"""Types of ferroelectric walls by the polarization on both sides: its angle in projection, and its bound charge."""

from dataclasses import dataclass

import numpy as np

from ferrotune.domains.directions import angle_between

SIGMAS = 2.0  # standard errors by which a class must hold

# What a wall of a rhombohedral perovskite (polarization along <111>) may be, by the angle in the [100] projection.
# A component along the beam is not seen: a wall at which it changes, too, looks like one at which it does not.
IN_PROJECTION = {0: "71 or none", 90: "71 or 109", 180: "109 or 180"}
UNDETERMINED = "undetermined"
PROJECTION = "perovskite_100"  # the unit cell, by its name, of this projection

# Bound charge (P1 - P2) n of a wall over the mean length of P1 and P2: 2 where 180 degree domains meet head on, 1.4
# where those of 90 degrees do. A wall within it is neutral: 180 degree domains 14 degrees off, 90 degree domains 21.
# Ours: walls wander by as much around the planes that they follow.
NEUTRAL = 0.5
HEAD_TO_HEAD, TAIL_TO_TAIL, IN_PARTS = "head-to-head", "tail-to-tail", "charged in parts"


@dataclass(frozen=True)
class Charge:
    """Bound charge of a wall relative to the polarization: (P1 - P2) n / mean length of P1 and P2.

    Attributes
    ----------
    mean, error : float, over the wall's course, and its standard error
    local : float, root mean square along the wall: of a wall that bends, larger than the mean
    """

    mean: float
    error: float
    local: float

    @property
    def name(self):
        """Class of the wall: neutral, head-to-head, tail-to-tail, charged in parts, or undetermined."""
        reach = SIGMAS * self.error
        if not np.isfinite(reach):
            return UNDETERMINED
        if abs(self.mean) - reach > NEUTRAL:
            return HEAD_TO_HEAD if self.mean > 0 else TAIL_TO_TAIL
        if self.local - reach > NEUTRAL and abs(self.mean) + reach < self.local:
            return IN_PARTS
        return "neutral" if max(abs(self.mean), self.local) + reach < NEUTRAL else UNDETERMINED


def projected_angle(one, other):
    """Angle between the mean polarizations on both sides of a wall, and its standard error, degrees.

    Parameters
    ----------
    one, other : ferrotune.domains.mean_polarization.MeanVector

    Returns
    -------
    float, float
        NaN where one of them is not longer than two standard errors.
    """
    if not (one.is_seen and other.is_seen):
        return np.nan, np.nan
    return angle_between(one.value, other.value), float(np.hypot(one.angle_error, other.angle_error))


def type_of(angle, error):
    """Class of a projected angle, degrees, with its standard error: 0, 90, 180, or None where two are possible."""
    if not np.isfinite(angle + error) or min(abs(angle - 45), abs(angle - 135)) < SIGMAS * error:
        return None
    return min(IN_PROJECTION, key=lambda known: abs(angle - known))


def charge_of(one, other, course):
    """Bound charge of a wall.

    Parameters
    ----------
    one, other : ferrotune.domains.mean_polarization.MeanVector
        Polarization on the side that the course's normal points away from, and on the side that it points to.
    course : ferrotune.domains.wall_courses.Course

    Returns
    -------
    Charge
        NaN where one of the polarizations is not longer than two standard errors. The error is that of both
        polarizations and of the wall's direction.
    """
    if not (one.is_seen and other.is_seen):
        return Charge(np.nan, np.nan, np.nan)
    length, difference = (one.length + other.length) / 2, one.value - other.value
    normal = course.mean_normal
    error = np.hypot(one.error_along(normal), other.error_along(normal)) / length
    if course.direction is not None:
        along = difference @ course.direction / length
        error = np.hypot(error, along * np.radians(course.direction_error_deg))
    local = np.sqrt(((course.normal @ difference) ** 2 * course.step).sum() / course.step.sum()) / length
    return Charge(float(normal @ difference / length), float(error), float(local))
