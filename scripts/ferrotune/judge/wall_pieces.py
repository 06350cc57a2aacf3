"""Walls cut where they cease to stand: noise in one part of a film leaves the wall in another as it is."""

import numpy as np

LEAST_PIECE = 16  # points of a path, 4 cells; shorter pieces stay with what is around them. Ours


def _runs(flags):
    """Starts and stops of runs of equal flags (n,), without runs shorter than LEAST_PIECE where there are others."""
    flags = flags.copy()
    while True:
        starts = np.flatnonzero(np.append(True, flags[1:] != flags[:-1]))
        stops = np.append(starts[1:], len(flags))
        short = np.flatnonzero(stops - starts < LEAST_PIECE)
        if len(starts) < 2 or not len(short):
            return starts, stops
        least = short[np.argmin((stops - starts)[short])]
        flags[starts[least] : stops[least]] ^= True


def cut_walls(walls, judgement):
    """The walls of a segmentation, cut where boundaries that stand meet some that do not.

    Parameters
    ----------
    walls : ferrotune.walls.Walls, lengths in cells from the image's first pixel
    judgement : Judgement

    Returns
    -------
    Walls
        A ring that is cut is no ring any more. Segments stay as they are.
    """
    boundaries = judgement.crossings.boundaries
    if not len(boundaries):
        return walls
    paths, closed, curvature = [], [], []
    for path, ring, bent in zip(walls.paths, walls.closed, walls.curvature, strict=True):
        stands = judgement.stands[boundaries.nearest(path)]
        if ring and stands.any() and not stands.all():
            first = int(np.flatnonzero(stands != np.roll(stands, 1))[0])
            path, bent, stands = (np.roll(of, -first, axis=0) for of in (path, bent, stands))
        starts, stops = _runs(stands)
        paths += [path[start:stop] for start, stop in zip(starts, stops, strict=True)]
        curvature += [bent[start:stop] for start, stop in zip(starts, stops, strict=True)]
        closed += [bool(ring) and len(starts) == 1] * len(starts)
    return type(walls)(walls.segments, paths, closed, curvature)
