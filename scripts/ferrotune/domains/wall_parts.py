"""Parts of a traced wall: beyond a junction of domains other variants lie beside it, and it is another wall."""

from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from ferrotune.domains.wall_courses import Course

# Our choices, in unit cells.
BESIDE = (0.75, 1.25, 1.75, 2.25, 2.75, 3.25)  # where labels are looked up on both sides; those next to a wall may lack
LEAST_PART = 16  # points of a path, 4 cells; shorter parts stay with what is around them


def _variants_beside(course, tree, labels):
    """Variant on both sides of each point (point, 2): the most frequent one at the distances BESIDE, -1 without any."""
    found = []
    for sign in (-1, 1):
        at = course.points[:, None] + sign * np.array(BESIDE)[:, None] * course.normal[:, None]
        distance, site = tree.query(at, distance_upper_bound=1.0)
        seen = np.append(labels, -1)[np.where(np.isfinite(distance), site, len(labels))]
        count = np.stack(
            [(seen == variant).sum(axis=1) for variant in range(max(labels.max(initial=0) + 1, 1))], axis=1
        )
        found.append(np.where(count.any(axis=1), count.argmax(axis=1), -1))
    return np.stack(found, axis=1)


def _runs(pairs):
    """Starts (run + 1,) of the runs of equal pairs (point, 2); short runs go to the longer one beside them."""
    _, pair = np.unique(pairs, axis=0, return_inverse=True)
    pair = pair.ravel()
    while True:
        starts = np.flatnonzero(np.append(True, pair[1:] != pair[:-1]))
        edges = np.append(starts, len(pair))
        length = np.diff(edges)
        least = int(length.argmin())
        if len(length) < 2 or length[least] >= LEAST_PART:
            return edges
        beside = [k for k in (least - 1, least + 1) if 0 <= k < len(length)]
        other = max(beside, key=lambda k: length[k])
        pair[edges[least] : edges[least + 1]] = pair[edges[other]]


def _first_change(pairs):
    """Point of a ring at which the longest run of equal pairs begins; 0 where all are equal."""
    changes = np.flatnonzero((pairs != np.roll(pairs, 1, axis=0)).any(axis=1))
    if not len(changes):
        return 0
    return int(changes[np.diff(changes, append=changes[0] + len(pairs)).argmax()])


def parts_of(path, closed, site_yx, labels):
    """Cut a traced wall into parts that have the same two variants beside them all along.

    Parameters
    ----------
    path : (m, 2) float, unit cells
    closed : bool
    site_yx : (site, 2) float, unit cells
    labels : (site,) int, negative where undecided

    Returns
    -------
    list of (first, Course, variants)
        Index of the part's first point in the path; its course; the two variants, before and beyond the wall.
    """
    course = Course.of(path, closed)
    pairs = _variants_beside(course, cKDTree(site_yx), np.asarray(labels, int))
    first = _first_change(pairs) if closed else 0
    pairs, points = np.roll(pairs, -first, axis=0), np.roll(course.points, -first, axis=0)
    edges, found = _runs(pairs), []
    for start, stop in pairwise(edges):
        whole = len(edges) == 2
        part = course if whole else Course.of(points[start:stop], False)
        names, count = np.unique(pairs[start:stop], axis=0, return_counts=True)
        found.append((0 if whole else (first + int(start)) % len(path), part, names[count.argmax()].tolist()))
    return found
