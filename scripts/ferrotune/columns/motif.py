"""Motif: where in the unit cell columns stand."""

from dataclasses import dataclass

import numpy as np

from ferrotune.columns.sublattices import NEITHER

SITE_RADIUS = 0.3  # a column lies within this share of a cell of its lattice site; A and B are 0.71 apart
NEARLY = 1.1  # a distance that exceeds the nearest one by less is a nearest one, too


@dataclass(frozen=True)
class Motif:
    """Columns of a unit cell.

    Attributes
    ----------
    places : tuple of (a, b)
        Place of each column in the cell, A first, at (0, 0), then B; further columns belong to neither sublattice.
    name : str
        perovskite_100, perovskite_110, hexagonal, primitive, or other.
    origin : (a, b)
        Where A stands by the phase of the lattice.
    reflections : None or two pairs (h, k)
        Reflections whose phases show the place in the cell; None: (1, 0) and (0, 1).
    """

    places: tuple = ((0.0, 0.0), (0.5, 0.5))
    name: str = "perovskite_100"
    origin: tuple = (0.0, 0.0)
    reflections: tuple | None = None

    @property
    def of_b(self):
        """Place (2,) of B in the cell; None where the cell holds no B."""
        return np.array(self.places[1]) if len(self.places) > 1 else None

    @property
    def is_special(self):
        """Whether B stands in the middle of the cell or of an edge, between A columns on opposite sides."""
        return self.of_b is not None and not np.any(2 * self.of_b % 1)

    @property
    def alike(self):
        """Whether A and B are so alike that first-order reflections do not show which is which."""
        return self.reflections is not None

    def scale_px(self, lattice):
        """Length, px, of the perovskite's unit cell whose columns would be as far apart as these."""
        if self.name == "perovskite_100":
            return lattice.cell_px
        return float(np.sqrt(2) * min(np.hypot(*step) for step in self.steps(lattice)))

    def steps(self, lattice):
        """Vectors (m, 2), px, from columns to their nearest neighbours, of the same place and of each other."""
        a, b = lattice.vectors
        if self.name == "perovskite_100":
            return np.array([(a + b) / 2, (a - b) / 2, -(a + b) / 2, (b - a) / 2])
        around = np.array(list(np.ndindex(5, 5))) - 2
        found = []
        for one in np.array(self.places):
            for other in np.array(self.places):
                step = (other - one + around) @ lattice.vectors
                length = np.hypot(*step.T)
                found.append(step[(length > 0) & (length <= NEARLY * length[length > 0].min())])
        return np.unique(np.vstack(found).round(9), axis=0)

    def least_px(self, lattice):
        """Least distance (k + 1, k + 1), px, of columns of two kinds; the last kind is neither, where any may be near.

        Of two columns at different places of the cell there is none: displacement may bring them together.
        """
        around = np.array([step for step in np.ndindex(3, 3) if step != (1, 1)]) - 1
        same = np.hypot(*(around @ lattice.vectors).T).min()
        nearest = min(np.hypot(*step) for step in self.steps(lattice))
        least = np.full((len(self.places) + 1,) * 2, nearest)
        least[:-1, :-1] = same * np.eye(len(self.places))
        return least

    def steps_to_b(self, lattice):
        """Steps (m, 2), cells, from an A column to the B columns nearest to it: its cage."""
        if self.name == "perovskite_100":
            return np.array([(1, 1), (1, -1), (-1, 1), (-1, -1)]) / 2
        around = np.array(list(np.ndindex(5, 5))) - 2
        step = self.of_b + around
        length = np.hypot(*(step @ lattice.vectors).T)
        return step[length <= NEARLY * length.min()]

    def _off(self, fraction):
        """Steps (k, n, 2), cells, from the nearest column of each place to positions at `fraction` (n, 2)."""
        found = [fraction]
        for place in self.places[1:]:
            off = fraction - np.floor(fraction) - place
            found.append(off - np.round(off))
        return np.stack(found)

    def sorted(self, fraction, lattice):
        """Sort positions by the place that they are near.

        Parameters
        ----------
        fraction : (n, 2), places in the cell from `ferrotune.columns.phase.LatticePhase`
        lattice : ferrotune.columns.phase.Lattice

        Returns
        -------
        kind : (n,) int8
            Row of the place in `places`, -1 where there is none within reach.
        off : (n, 2), cells
            From that place, or the nearest one.
        """
        off = self._off(fraction)
        # distances in cells along both axes, as displacements of A and B in a perovskite are; else in px
        metric = off if self.name == "perovskite_100" else off @ lattice.vectors / self.scale_px(lattice)
        distance = np.hypot(*np.moveaxis(metric, -1, 0))
        nearest = distance.argmin(axis=0)
        kind = nearest.astype(np.int8)
        kind[distance.min(axis=0) > SITE_RADIUS] = NEITHER
        return kind, off[nearest, np.arange(len(fraction))]


PEROVSKITE_100 = Motif()
