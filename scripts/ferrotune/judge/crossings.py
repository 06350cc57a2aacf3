"""Values across the boundaries of a segmentation, along the direction in which their two clusters differ."""

from dataclasses import dataclass, replace

import numpy as np

from ferrotune.judge.boundaries import boundaries_of, distances
from ferrotune.judge.profiles import Profiles
from ferrotune.segmentation.gaussian_classes import class_moments, names_of


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
        decided = self.labels >= 0
        names, place = names_of(self.labels[decided])
        number, means, products = class_moments(values[decided], place, len(names))
        inside = products.sum(axis=0) / number.sum()
        scale = np.trace(inside) / len(inside) + means.var(axis=0).mean()
        inside += 1e-9 * max(scale, 1e-300) * np.eye(len(inside))
        one, other = np.searchsorted(names, self.boundaries.label[self.boundaries.pair]).T
        kinds, kind = np.unique(one * len(names) + other, return_inverse=True)
        start = means[kinds // len(names)]
        difference = means[kinds % len(names)] - start
        direction = np.linalg.solve(inside, difference.T).T
        direction /= np.maximum((direction * difference).sum(axis=1, keepdims=True), 1e-300)
        # of every site along every pair of clusters: pairs are few, sites near a boundary many
        along = values @ direction.T.astype(values.dtype) - (start * direction).sum(axis=1)
        return along[self.site, kind.ravel()[self.boundary]]

    def profiles(self, along):
        """Profiles of what `along` (n,) gives at the sites."""
        return Profiles.of(self.boundary, self.distance, along, len(self.boundaries))
