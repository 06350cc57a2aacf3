"""Sites on a regular grid: nearest site at each point, for Fourier transforms and for domains of like labels."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree
from skimage.measure import label as connected

from ferrotune.images.fullest_window import fullest_window

SAME = 0.71  # steps of the grid; a site further away leaves a point of the grid empty


def _offset(coordinate):
    """Common fractional part (0 to 1) of coordinates (n,): the direction of their mean phase."""
    return np.angle(np.exp(2j * np.pi * coordinate).mean()) / (2 * np.pi)


def _spacing(yx):
    """Median distance of a site from its nearest neighbour, px."""
    return float(np.median(cKDTree(yx).query(yx, k=2)[0][:, 1]))


@dataclass(frozen=True)
class SiteGrid:
    """A regular grid over the sites of an image.

    Attributes
    ----------
    site : (row, column) int
        Nearest site of each point, -1 where there is none.
    point : (site, 2) int
        Nearest point of each site.
    yx : (row, column, 2) float
        Positions of the points, unit cells.
    """

    site: np.ndarray
    point: np.ndarray
    yx: np.ndarray

    @classmethod
    def of(cls, yx, lattice, cell_px):
        """Grid of sites yx (site, 2) px along the lattice vectors (2, 2) px.

        Where sites are nearer to each other than 0.85 of a cell (A and B columns together), the grid is
        along the diagonals of the cell.
        """
        spacing = _spacing(yx)
        diagonals = np.array([[0.5, 0.5], [0.5, -0.5]])
        along = diagonals @ lattice if spacing < 0.85 * cell_px else lattice
        # the nearest of several neighbours is a little too near: whole quarters of the lattice's own length
        ratio = spacing / np.sqrt(abs(np.linalg.det(along)))
        along = along * max(np.rint(4 * ratio), 1) / 4
        at = yx @ np.linalg.inv(along)
        origin = np.array([_offset(of_axis) for of_axis in at.T])
        first = np.floor((at - origin).min(axis=0) + 0.5)
        point = np.rint(at - origin - first).astype(int)
        shape = point.max(axis=0) + 1
        points = (np.stack(np.indices(shape), axis=-1) + origin + first) @ along
        distance, site = cKDTree(yx).query(points.reshape(-1, 2), distance_upper_bound=SAME * spacing)
        site = np.where(np.isfinite(distance), site, -1).reshape(shape)
        return cls(site, point, points / cell_px)

    @cached_property
    def known(self):
        """Points that have a site, (row, column) bool."""
        return self.site >= 0

    @property
    def step(self):
        """Distance of neighbouring points, unit cells."""
        return float(np.hypot(*(self.yx[0, 1] - self.yx[0, 0]))) if self.yx.shape[1] > 1 else 1.0

    def gridded(self, values, fill):
        """Values (site, ...) at the points (row, column, ...); `fill` where there is no site."""
        found = values[self.site]
        found[~self.known] = fill
        return found

    def at_sites(self, values):
        """Values (row, column, ...) of the points nearest to the sites, (site, ...)."""
        return values[*self.point.T]

    def window(self, side):
        """The grid in the window of some side with the most sites, and the numbers of these.

        Parameters
        ----------
        side : int, points

        Returns
        -------
        SiteGrid
        sites : (m,) int, rising; all of a grid that is no larger
        """
        rows, columns = fullest_window(self.known, side)
        part = self.site[rows, columns]
        shown = np.zeros(len(self.point) + 1, bool)  # the last one stands for points without a site
        shown[part] = True
        sites = np.flatnonzero(shown[:-1])
        number = np.append(np.cumsum(shown[:-1]) - 1, -1)
        point = self.point[sites] - [rows.start, columns.start]
        # the nearest point of a site may lie just outside
        point = np.clip(point, 0, np.array(part.shape) - 1)
        return SiteGrid(number[part], point, self.yx[rows, columns]), sites

    def domains(self, labels):
        """Connected points of like labels.

        Parameters
        ----------
        labels : (site,) int, negative without a label

        Returns
        -------
        domain : (row, column) int
            Domain of each point, -1 without a label.
        label : (domain,) int
        """
        at = self.gridded(np.asarray(labels, int), -1)
        domain = connected(at, background=-1, connectivity=1) - 1
        of_domain = np.zeros(domain.max(initial=-1) + 1, int)
        of_domain[domain[domain >= 0]] = at[domain >= 0]
        return domain, of_domain
