"""One segmentation, from which rewards are computed, and what its trial can repeat for them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ferrotune.segmentation.wall_lengths import wall_lengths

REACH = 16  # points (4 cells) over which the direction of a path is measured; a step of sites is shorter


@dataclass(frozen=True)
class Segmentation:
    """A labelled image; lengths are in unit cells. Attributes that are not known are None.

    Attributes
    ----------
    labels : (site,) int, negative for a site without a label
    walls : ferrotune.walls.Walls
        Only walls that stand, where the segmentation was judged.
    sites : ferrotune.sites.sites.Sites
        Raster and neighbourhoods of the sites, and, where known, the lattice and the polarization at the sites.
    scores : (site, r) float
        The descriptors that were clustered.
    again : function of int, or None
        Gives labels (site,) of the same setting with another seed, a different one for each number.
    halves : function, or None
        Gives two arrays of labels (site,) of the same setting, from two images of half the dose each.
    judgement : ferrotune.judge.judgement.Judgement, or None
        Which of its boundaries stand, and what they show beyond null maps.
    loops : ferrotune.loops.generated.GeneratedLoops, or None
        Of spectra: the loops, the scores of all sites, and the loops that these generate.
    """

    labels: np.ndarray
    walls: Any  # their modules are not imported: code that only checks names of rewards must not wait for them
    sites: Any
    scores: np.ndarray | None = None
    again: Callable | None = None
    halves: Callable | None = None
    judgement: Any = None
    loops: Any = None

    @property
    def lattice(self):
        """Vectors a and b of the lattice as (y, x), (2, 2) px."""
        return self.sites.lattice

    @property
    def polarization(self):
        """Polarization at the sites as (y, x), (site, 2) px; NaN where it is not known."""
        return self.sites.polarization

    @cached_property
    def edges(self):
        """Pairs of neighbouring sites that both have a label, (m, 2) int."""
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
        """Unit vectors (y, x), each (n,), along all walls, and the length of wall (n,) of each vector, cells.

        A wall shorter than the reach has one vector, from end to end. Straight segments would be wrong here: those of
        a ring of sites form an octagon.
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
        # a tiny wall may end where it began: it has no direction
        return chord / np.maximum(np.hypot(*chord), 1e-12), (self.arc_lengths / np.bincount(wall))[wall]
