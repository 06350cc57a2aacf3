"""What a reward is taken from: one segmentation, and what its trial can be asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ferrotune.segmentation.wall_lengths import wall_lengths

REACH = 16  # points of a path, 4 cells, over which its direction is taken: it must step over a staircase of sites


@dataclass(frozen=True)
class Segmentation:
    """A labelled image; lengths in unit cells. What may be missing is None.

    Attributes
    ----------
    labels : (site,) int, negative for a site without a label
    walls : ferrotune.walls.Walls
    sites : ferrotune.sites.sites.Sites
        Of the image: its raster, its graphs, and, where known, its lattice and its polarization at the sites.
    scores : (site, r) float
        The descriptors that were clustered.
    again : function of int, or None
        Labels (site,) of the same setting under another seed, one for each number.
    halves : function, or None
        Labels (site,), (site,) of the same setting from two images of half the dose each.
    """

    labels: np.ndarray
    walls: Any  # their modules are not imported: who only checks names of rewards need not wait for them
    sites: Any
    scores: np.ndarray | None = None
    again: Callable | None = None
    halves: Callable | None = None

    @property
    def lattice(self):
        """(2, 2): the lattice's vectors a and b as (y, x), px."""
        return self.sites.lattice

    @property
    def polarization(self):
        """(site, 2) as (y, x), px; NaN where it is not known."""
        return self.sites.polarization

    @cached_property
    def edges(self):
        """(m, 2) int: neighbouring sites that both have a label."""
        edges = self.sites.near.edges
        return edges if self.labels.min(initial=0) >= 0 else edges[(self.labels[edges] >= 0).all(axis=1)]

    @cached_property
    def segment_lengths(self):
        """Length of each straight segment of wall, (n,) cells."""
        return np.hypot(*(self.walls.segments[:, 1] - self.walls.segments[:, 0]).T)

    @cached_property
    def chord_lengths(self):
        """Distance of the two ends of each wall, (wall,) cells; 0 for a ring."""
        ends = np.array([path[-1] - path[0] for path in self.walls.paths])
        return np.hypot(*ends.T) * ~np.array(self.walls.closed, bool)

    @cached_property
    def arc_lengths(self):
        """Length along each wall, its points joined by straight lines, (wall,) cells."""
        return wall_lengths(self.walls.paths, self.walls.closed)

    @cached_property
    def directions(self):
        """Unit vectors (y, x), each (n,), along all walls, and the length of wall (n,) that each stands for, cells.

        A wall shorter than the reach has one, from end to end. Straight segments would not do: those of a ring of
        sites are an octagon.
        """
        count = np.array([len(path) for path in self.walls.paths])
        points, wall = np.concatenate(self.walls.paths), np.repeat(np.arange(len(count)), count)
        place = np.arange(len(points)) - np.repeat(np.cumsum(count) - count, count)
        onward, last = place + REACH, (count - 1)[wall]
        ring = np.array(self.walls.closed, bool)[wall]
        taken = np.flatnonzero(ring | (onward <= last) | (place == 0))
        ahead = np.where(ring, onward % (last + 1), np.minimum(onward, last))
        chord = (points[taken - place[taken] + ahead[taken]] - points[taken]).T
        wall = wall[taken]
        # a tiny wall may come back to where it began: it has no direction
        return chord / np.maximum(np.hypot(*chord), 1e-12), (self.arc_lengths / np.bincount(wall))[wall]
