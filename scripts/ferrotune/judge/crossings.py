"""Values across the boundaries of a segmentation, along the direction in which their two clusters differ."""

from dataclasses import dataclass, replace

import numpy as np

from ferrotune.judge.boundaries import boundaries_of, distances
from ferrotune.judge.profiles import Profiles


@dataclass(frozen=True)
class Crossings:
    """Sites near the boundaries of a segmentation.

    boundaries : Boundaries
    site, edge : (n,) int, the sites and the edges of a boundary nearest to them
    distance : (n,) float, signed, cells
    labels : (site,) int
    """

    boundaries: object
    site: np.ndarray
    edge: np.ndarray
    distance: np.ndarray
    labels: np.ndarray

    @classmethod
    def of(cls, grid, labels):
        """Crossings of a segmentation, labels (site,), -1 undecided."""
        boundaries = boundaries_of(grid, labels)
        if not len(boundaries):
            return cls(boundaries, *(np.zeros(0, int),) * 2, np.zeros(0), labels)
        point, edge, distance = distances(boundaries, grid)
        return cls(boundaries, grid.site[*point.T], edge, distance, labels)

    @property
    def boundary(self):
        """Boundary nearest to each of the sites, (n,) int."""
        return self.boundaries.of_edge[self.edge]

    def stretches(self, which):
        """The same crossings with some boundaries (boundary,) bool in stretches, and the boundary each is part of."""
        boundaries, parent = self.boundaries.stretches(which)
        return replace(self, boundaries=boundaries), parent

    def taken(self, which):
        """Crossings at some of the sites, (n,) bool."""
        return replace(self, site=self.site[which], edge=self.edge[which], distance=self.distance[which])

    def of_boundaries(self, numbers):
        """Crossings of some of the boundaries, which are numbered anew: numbers (m,) int, rising."""
        own = np.isin(self.boundaries.of_edge, numbers)
        near = self.taken(own[self.edge])
        return replace(near, edge=(np.cumsum(own) - 1)[near.edge], boundaries=self.boundaries.some(numbers))

    def along(self, values):
        """Values (n,) of the sites between those of the two clusters: 0 for the first, 1 for the second.

        Fisher's linear discriminant: the difference of the clusters' means over the covariance inside clusters.
        """
        if not len(self.boundaries):
            return np.zeros(0)
        names = np.unique(self.labels[self.labels >= 0])
        place, decided = np.searchsorted(names, self.labels), self.labels >= 0
        means = np.stack([values[self.labels == k].mean(axis=0) for k in names])
        residual = values[decided] - means[place[decided]]
        inside = residual.T @ residual / len(residual)
        scale = np.trace(inside) / len(inside) + means.var(axis=0).mean()
        inside += 1e-9 * max(scale, 1e-300) * np.eye(len(inside))
        one, other = np.searchsorted(names, self.boundaries.label[self.boundaries.pair]).T
        difference = means[other] - means[one]
        direction = np.linalg.solve(inside, difference.T).T
        direction /= np.maximum((direction * difference).sum(axis=1, keepdims=True), 1e-300)
        return np.einsum("ij,ij->i", values[self.site] - means[one][self.boundary], direction[self.boundary])

    def profiles(self, along):
        """Profiles of what `along` (n,) gives at the sites."""
        return Profiles.of(self.boundary, self.distance, along, len(self.boundaries))
