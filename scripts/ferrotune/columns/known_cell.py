"""The unit cell as a user knows it: its two edges, and the angle between them."""

import re
from dataclasses import dataclass

import numpy as np

from ferrotune.errors import InputError

RIGHT = 90.0  # degrees
ANGLES = (30.0, 150.0)  # degrees; others are no angle between the two shortest vectors of a lattice
TIMES = re.compile("[xX\N{MULTIPLICATION SIGN}]")  # between the numbers of a cell


@dataclass(frozen=True)
class KnownCell:
    """Edges of a unit cell, pm, and the angle between them, degrees."""

    a: float
    b: float
    angle: float = RIGHT

    @classmethod
    def of(cls, cell):
        """Read a cell of the sample sheet.

        Parameters
        ----------
        cell : None, str, float, or list of float
            An edge (of a square), two edges, or two edges and an angle; as text, `399.4x403.6x90`. Names are none.

        Returns
        -------
        KnownCell, or None where the cell is a name or empty

        Raises
        ------
        InputError
            For lengths and angles that no cell has.

        Examples
        --------
        >>> KnownCell.of("399.4x403.6")
        KnownCell(a=399.4, b=403.6, angle=90.0)
        >>> print(KnownCell.of(395.0), KnownCell.of("perovskite_100"))
        395 None
        """
        values = cell
        if isinstance(cell, str):
            try:
                values = [float(part) for part in TIMES.split(cell)]
            except ValueError:
                return None
        if values is None:
            return None
        values = np.atleast_1d(np.asarray(values, float)).tolist()
        if len(values) > 3 or not all(0 < value < np.inf for value in values):
            raise InputError(f"lattice {cell!r}: give one edge, or two, or two and their angle: 399.4x403.6x90")
        known = cls(values[0], values[-1] if len(values) < 2 else values[1], values[2] if len(values) > 2 else RIGHT)
        if not ANGLES[0] <= known.angle <= ANGLES[1]:
            raise InputError(f"lattice {known}: the angle must be from {ANGLES[0]:g} to {ANGLES[1]:g} degrees")
        return known

    def __str__(self):
        edges = f"{self.a:g}" if self.a == self.b and self.angle == RIGHT else f"{self.a:g}x{self.b:g}"
        return edges if self.angle == RIGHT else f"{edges}x{self.angle:g}"

    @property
    def size_pm(self):
        """Square root of the area of the cell, pm."""
        return float(np.sqrt(self.a * self.b * np.sin(np.radians(self.angle))))

    def along(self, vectors):
        """The cell with its edges in the order of some measured vectors.

        Parameters
        ----------
        vectors : (2, 2), rows a and b in any unit

        Returns
        -------
        KnownCell
            Its edge `a` is the one nearer to the length of the measured a, unless `is_unclear`: then it stays. The
            angle is this or the one that adds up to 180 degrees with it, whichever is nearer to the measured one.
        """
        known, measured = np.log(self.a / self.b), log_ratio(vectors)
        swapped = abs(measured + known) < abs(measured - known) and not self.is_unclear(vectors)
        a, b = (self.b, self.a) if swapped else (self.a, self.b)
        measured = angle_deg(vectors)
        return KnownCell(a, b, min(self.angle, 180 - self.angle, key=lambda angle: abs(angle - measured)))

    def is_unclear(self, vectors):
        """Whether vectors (2, 2) are stretched by more than the edges differ, so that which is which is not clear."""
        known, measured = abs(np.log(self.a / self.b)), abs(log_ratio(vectors))
        return bool(0 < known < abs(measured - known))

    def vectors(self, like):
        """Its vectors (2, 2), pm, whose a is along (1, 0), with the handedness of others (2, 2)."""
        angle = np.radians(self.angle) * np.sign(np.linalg.det(like))
        return np.array([[self.a, 0.0], [self.b * np.cos(angle), self.b * np.sin(angle)]])


def log_ratio(vectors):
    """Logarithm of the length of a over that of b, of vectors (2, 2)."""
    return float(np.log(np.divide(*np.hypot(*np.transpose(vectors)))))


def angle_deg(vectors):
    """Angle between two vectors (2, 2), degrees."""
    a, b = vectors
    return float(np.degrees(np.arccos(np.clip(a @ b / (np.hypot(*a) * np.hypot(*b)), -1, 1))))
