"""Sites of the lattice of an image, where columns are expected."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ferrotune.columns.phase import Lattice, LatticePhase
from ferrotune.columns.sublattices import NEITHER


@dataclass(frozen=True)
class ExpectedSites:
    """Sites of the lattice of an image, each for one place of the motif.

    Attributes
    ----------
    lattice : ferrotune.columns.phase.Lattice
    phase : ferrotune.columns.phase.LatticePhase, of the same lattice
    """

    lattice: Lattice
    phase: LatticePhase

    @property
    def motif(self):
        """Where in the cell columns stand."""
        return self.lattice.motif

    @cached_property
    def cell_px(self):
        """Length of a perovskite's cell with columns as far apart, px: the unit of all distances."""
        return self.motif.scale_px(self.lattice)

    def kind(self, yx):
        """Row (n,) int8 of the motif's place that positions (n, 2) are near, by their place in the cell; -1: none."""
        return self.motif.sorted(self.phase(yx), self.lattice)[0]

    def beside(self, yx):
        """Sites (m, 2) px next to columns (n, 2) px."""
        steps = self.motif.steps(self.lattice)
        sites = (yx[:, None] + steps).reshape(-1, 2)
        sites = sites[self.kind(sites) != NEITHER]
        _, off = self.motif.sorted(self.phase(sites), self.lattice)
        return sites - off @ self.lattice.vectors


def near_mask(mask, yx, reach):
    """Whether positions (n,) lie in the mask or within about `reach` px of it."""
    angle = np.arange(8) * np.pi / 4
    around = np.vstack([[0, 0], reach * np.column_stack([np.sin(angle), np.cos(angle)])])
    return inside(mask, (yx[:, None] + around).reshape(-1, 2)).reshape(len(yx), -1).any(axis=1)


def inside(mask, yx):
    """Whether positions (n,) lie in the image and in the mask."""
    within = ((yx >= 0) & (yx <= np.array(mask.shape) - 1)).all(axis=1)
    within[within] = mask[tuple(np.round(yx[within]).astype(int).T)]
    return within
