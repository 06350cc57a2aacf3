"""Sites that a segmentation labels: their raster, and their neighbourhoods."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.cells.unit_cells import polarization_at
from ferrotune.sites.neighbourhood import Neighbourhood
from ferrotune.sites.raster import SAMPLES_PER_CELL, raster_area, site_raster
from ferrotune.sites.site_grid import SiteGrid


@dataclass(frozen=True)
class Sites:
    """Sites of an image, which all of its trials share: raster (rows, cols) of the nearest sites, and near.

    The store of descriptors keeps both, with the positions yx (site, 2) px. lattice (2, 2), its vectors as (y, x) px,
    and polarization (site, 2) px come from the unit cells; they are None if the unit cells are not given. cell_px is
    the edge of the unit cell.
    """

    raster: np.ndarray
    near: Neighbourhood
    yx: np.ndarray
    cell_px: float
    lattice: np.ndarray | None = None
    polarization: np.ndarray | None = None

    @classmethod
    def of(cls, yx, mask, cell_px, apart=1.0, grid=None, across=1.0, spacing=1.0):
        """Sites of an image from their positions.

        Parameters
        ----------
        yx : (n, 2) px
        mask : (y, x) bool
        cell_px : float
        apart : float
            Cells between sites that count as neighbours: 1 for unit cells; for windows, the distance at which they
            share so few pixels that noise does not make them alike.
        grid : (n,) int, optional
            Number of the interleaved grid of each site, if there are several; each grid is judged by itself.
        across : float
            A third of the distance, in cells, between sites on the two sides of a wall, which is as wide as a window.
        spacing : float
            Cells between the nearest sites: there must be no gap between the samples of neighbouring sites.
        """
        raster = site_raster(yx, mask, cell_px, SAMPLES_PER_CELL, max(1.0, spacing))
        return cls(raster, Neighbourhood.of(yx, apart * cell_px, grid, across * cell_px), yx, cell_px)

    def __len__(self):
        return len(self.yx)

    def with_cells(self, cells):
        """The same sites with the lattice (or None) and the polarization of the cells (dict of arrays)."""
        found = polarization_at(self.yx, cells["yx"], cells["polarization"], self.cell_px)
        return replace(self, lattice=cells["lattice"], polarization=found if np.isfinite(found).any() else None)

    @cached_property
    def grid(self):
        """The sites on a regular grid along the lattice, or along the image where no lattice is known."""
        lattice = self.cell_px * np.eye(2) if self.lattice is None else self.lattice
        return SiteGrid.of(self.yx, lattice, self.cell_px)

    @cached_property
    def known_share(self):
        """Share of the sites whose polarization was measured."""
        return 0.0 if self.polarization is None else float(np.isfinite(self.polarization).all(axis=1).mean())

    @cached_property
    def area(self):
        """Area in which there are sites, unit cells."""
        return raster_area(self.raster, SAMPLES_PER_CELL)

    @cached_property
    def polarization_steps(self):
        """Difference of the polarization between the sites 2.5 to 3.5 cells apart, (pair, 2) px."""
        one, other = self.near.across.T
        return self.polarization[one] - self.polarization[other]

    def arrays(self):
        """Arrays (dict for `write_store`) that `from_arrays` reads back."""
        return {
            "site_raster": (("row", "sample"), self.raster),
            "edges": (("edge", "end"), self.near.edges.astype(np.int32)),
            "across": (("pair", "end"), self.near.across.astype(np.int32)),
        }

    @classmethod
    def from_arrays(cls, arrays, cell_px):
        """Sites from the arrays of a store (dict of name -> array), and the edge of the unit cell, px."""
        near = Neighbourhood(arrays["edges"], arrays["across"])
        return cls(arrays["site_raster"], near, arrays["yx"], cell_px)


def nearest(yx, others):
    """Index (m,) of the site of yx (n, 2) px that is nearest to each of some other positions (m, 2) px."""
    return cKDTree(yx).query(others)[1]


ARRAYS = ("yx", "site_raster", "edges", "across")
