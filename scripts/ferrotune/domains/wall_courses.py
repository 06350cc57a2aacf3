"""The course of a wall: its direction and normal at each point, and which unit cells lie on which side of it."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.domains.directions import seen_angle
from ferrotune.segmentation.wall_lengths import wall_lengths

# Our choices.
HALF = 6  # points (1.5 cells) on each side, over which the direction at a point is measured
PLACE = 0.3  # cells; how well a wall between two rows of sites is known: standard deviation of an even distribution
APART = 4.0  # cells along a wall between places that are known independently: paths are smoothed
STRAIGHT = (
    0.7  # a wall whose directions have a smaller resultant has no mean direction: a ring, an arc beyond a right angle
)


@dataclass(frozen=True)
class Course:
    """The course of one wall; lengths in unit cells, positions as (y, x) from the image's first pixel.

    Attributes
    ----------
    points, normal : (m, 2) float
        Points in order, and unit vectors across the wall, all on the same side of the path.
    step : (m,) float
        Length of wall that each point stands for.
    closed : bool
    length : float
    """

    points: np.ndarray
    normal: np.ndarray
    step: np.ndarray
    closed: bool
    length: float

    @classmethod
    def of(cls, path, closed):
        """Course of a wall with points (m, 2) in order; a ring does not repeat its first point."""
        path = np.asarray(path, float)
        place, last = np.arange(len(path)), len(path) - 1
        if closed:
            before, after = (place - HALF) % len(path), (place + HALF) % len(path)
            nearby = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
        else:
            before, after = np.maximum(place - HALF, 0), np.minimum(place + HALF, last)
            nearby = path[np.minimum(place + 1, last)] - path[np.maximum(place - 1, 0)]
        along = path[after] - path[before]
        along /= np.maximum(np.hypot(*along.T), 1e-12)[:, None]
        normal = np.column_stack([along[:, 1], -along[:, 0]])
        return cls(path, normal, np.hypot(*nearby.T) / 2, bool(closed), float(wall_lengths([path], [closed])[0]))

    def reversed(self):
        """The same wall with normals to its other side."""
        return replace(self, normal=-self.normal)

    @property
    def mean_normal(self):
        """Mean of the normals along the wall (2,): shorter than 1 for a wall that bends, 0 for a ring."""
        return (self.normal * self.step[:, None]).sum(axis=0) / self.step.sum()

    @property
    def _resultant(self):
        """Mean of exp(2 i angle) of the directions along the wall."""
        return (self.step * (-self.normal[:, 0] + 1j * self.normal[:, 1]) ** 2).sum() / self.step.sum()

    @property
    def straightness(self):
        """Length of the mean of exp(2 i angle) of the directions: 1 for a straight wall, 0 for a circle."""
        return float(abs(self._resultant))

    @property
    def direction(self):
        """Mean direction (2,) as (y, x) of the wall, a unit vector; None for a wall that bends too much."""
        if self.straightness < STRAIGHT:
            return None
        half = np.angle(self._resultant) / 2
        return np.array([np.sin(half), np.cos(half)])

    @property
    def direction_deg(self):
        """Mean direction, degrees from +x anticlockwise as the image is seen, 0 to 180; NaN without one."""
        return np.nan if self.direction is None else seen_angle(self.direction) % 180.0

    @property
    def direction_error_deg(self):
        """Standard error of the mean direction, degrees: of a straight line through places known to PLACE."""
        count = max(self.length / APART, 1.0)
        return np.nan if self.direction is None else float(np.degrees(np.sqrt(12 / count) * PLACE / self.length))


def beside_walls(courses, yx):
    """The wall nearest to each position, and the signed distance from it.

    Parameters
    ----------
    courses : list of Course, one or more
    yx : (n, 2) float, unit cells

    Returns
    -------
    wall : (n,) int, -1 for a position beyond the end of its nearest wall
    distance : (n,) float, unit cells, along the wall's normal
    """
    count = [len(course.points) for course in courses]
    points, normal = (np.concatenate([getattr(of, name) for of in courses]) for name in ("points", "normal"))
    _, nearest = cKDTree(points).query(yx)
    offset = yx - points[nearest]
    distance = (offset * normal[nearest]).sum(axis=1)
    along = np.abs(offset[:, 0] * normal[nearest, 1] - offset[:, 1] * normal[nearest, 0])
    starts = np.cumsum([0, *count[:-1]])
    ends = np.concatenate([starts, np.cumsum(count) - 1])[np.tile([not of.closed for of in courses], 2)]
    beyond = np.isin(nearest, ends) & (along > 0.5)
    return np.where(beyond, -1, np.repeat(np.arange(len(courses)), count)[nearest]), distance
