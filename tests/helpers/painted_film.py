"""Films painted on a square lattice of A sites: domains of known polarization, and the store of what is selected."""

from dataclasses import replace

import numpy as np

from ferrotune.domains.domain_table import domain_table, domains_of
from ferrotune.domains.mean_polarization import MeasuredCells
from ferrotune.domains.wall_table import wall_table
from ferrotune.sites.raster import label_raster
from ferrotune.sites.sites import Sites
from ferrotune.walls import find_walls

CELL = 20.0  # px
PIXEL = 20.0  # pm
P = 1.5  # px, length of the polarization


class PaintedFilm:
    """A film of `size` x `size` unit cells, whose domains a function of (y, x) in cells paints.

    vectors (variant, 2): direction of the polarization of each variant, as (y, x); its length is P.
    """

    def __init__(self, paint, vectors, size=40, noise=0.1, seed=0):
        rng = np.random.default_rng(seed)
        site_yx = np.argwhere(np.ones((size, size))) + 0.5
        cell_yx = np.argwhere(np.ones((size - 1, size - 1))) + 1.0
        self.labels = np.array([paint(y, x) for y, x in site_yx])
        mask = np.ones((int(size * CELL),) * 2, bool)
        self.sites = replace(Sites.of(CELL * site_yx, mask, CELL), lattice=CELL * np.eye(2))
        vectors = np.array(vectors, float)
        vectors *= P / np.hypot(*vectors.T)[:, None]
        values = vectors[[paint(y, x) for y, x in cell_yx]] + rng.normal(0, noise, cell_yx.shape)
        self.cells = MeasuredCells(cell_yx, values, np.full(values.shape, noise), 0.0)

    @property
    def selected(self):
        """Arrays of selected.zarr, of the walls that are traced in the labels."""
        walls = find_walls(label_raster(self.sites.raster, self.labels), 8, 0)
        count = len(walls.paths)
        return {
            "path_points": np.concatenate([np.empty((0, 2)), *walls.paths]),
            "point_wall": np.repeat(np.arange(count), [len(path) for path in walls.paths]),
            "wall_closed": np.array(walls.closed, bool),
            "wall_stands": np.ones(count, bool),
            "wall_width": np.full(count, 1.0),
            "wall_width_error": np.full(count, 0.1),
            "wall_jump": np.ones(count),
            "wall_significance": np.full(count, 0.001),
        }

    @property
    def domains(self):
        """Table of its domains."""
        return domain_table(*domains_of(self.sites.grid, self.labels), self.sites, self.cells, PIXEL)

    @property
    def walls(self):
        """Table of its walls."""
        return wall_table(self.selected, self.labels, self.sites, self.cells, PIXEL)
