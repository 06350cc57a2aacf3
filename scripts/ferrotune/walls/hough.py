"""The probabilistic Hough transform of a wall map, tile by tile."""

from itertools import product

import numpy as np
from skimage.transform import probabilistic_hough_line

from ferrotune.sites.raster import wall_map
from ferrotune.walls.paths import places

# The paper does not publish its Hough settings: all of these are our choices. Lengths are in unit cells.
LINE_LENGTH = 2.0  # shortest Hough line, and shortest wall
LINE_GAP = 1.5  # longest gap in a Hough line: it must bridge the treads of a staircase of sites
LINE_VOTES = 1.5  # samples that vote for a Hough line
TILE = 64.0  # side of a tile, transformed by itself: in a larger one, votes from far away break lines into pieces
OVERLAP = LINE_LENGTH + LINE_GAP  # of neighbouring tiles: no line becomes too short where a tile ends
SUPPORT = 2.0  # a wall runs within this distance of a Hough line: the transform may miss one tread
THETA = np.deg2rad(np.arange(-90.0, 90.0, 1.0))


def _tiles(shape, samples_per_cell):
    """Overlapping tiles, as slices of rows and columns; only one if the raster is hardly larger than a tile."""
    side, more = round(TILE * samples_per_cell), round(OVERLAP * samples_per_cell)
    first = ([side * k for k in range(max(1, -(-(length - more) // side)))] for length in shape)
    return (tuple(slice(start, start + side + more) for start in corner) for corner in product(*first))


def hough_lines(label_raster, samples_per_cell, seed):
    """Lines along the walls of a label raster, from the probabilistic Hough transform.

    Parameters
    ----------
    label_raster : (rows, cols) int
    samples_per_cell : int
    seed : int

    Returns
    -------
    (n, 2, 2) float
        (first or last end, y or x), in samples, tile after tile. Neighbouring tiles may each find a part of a line,
        or the same line: the lines only show where walls are, and `straight_segments` merges straight stretches.
    """
    drawn, found = wall_map(label_raster), [np.empty((0, 2, 2))]
    for tile in _tiles(drawn.shape, samples_per_cell):
        lines = probabilistic_hough_line(
            drawn[tile],
            threshold=round(LINE_VOTES * samples_per_cell),
            line_length=round(LINE_LENGTH * samples_per_cell),
            line_gap=round(LINE_GAP * samples_per_cell),
            theta=THETA,
            rng=seed,
        )
        corner = [along.start for along in tile]
        found.append(np.array(lines, dtype=float).reshape(-1, 2, 2)[..., ::-1] + corner)
    return np.concatenate(found)


def points_along(lines, step):
    """Points on the lines, at most `step` apart, line after line, and the line of each point."""
    edge = lines[:, 1] - lines[:, 0]
    pieces = np.ceil(np.hypot(*edge.T) / step).astype(int)
    count = pieces + 1
    share = places(count) / np.repeat(pieces, count)
    points = [np.repeat(lines[:, 0, k], count) + share * np.repeat(edge[:, k], count) for k in (0, 1)]
    return np.column_stack(points), np.repeat(np.arange(len(lines)), count)
