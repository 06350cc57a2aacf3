"""Polarization of a film from a map: one sample of the map for each unit cell."""

import numpy as np

from ferrotune.errors import InputError


def part_of_map(polarization, part=None, flip=False, quarter_turns=0):
    """Cut a part out of a polarization map, mirror it, and rotate it by quarter turns.

    Parameters
    ----------
    polarization : (row, column, 2) float
        Displacement of B as (y, x); NaN where it is unknown.
    part : (row, column, rows, columns) int, optional
        First sample and size of the part; by default the whole map.
    flip : bool
        Mirror left and right: the x component changes its sign.
    quarter_turns : int
        Rotations by 90 degrees, +y towards +x, after the mirror; the vectors rotate too.

    Returns
    -------
    (row, column, 2) float

    Raises
    ------
    InputError
        If the part is not inside the map.

    Examples
    --------
    >>> import numpy as np
    >>> up = np.zeros((2, 3, 2)) + [1.0, 0.0]
    >>> part_of_map(up, quarter_turns=1).shape, part_of_map(up, quarter_turns=1)[0, 0].round(6).tolist()
    ((3, 2, 2), [-0.0, 1.0])
    """
    if part is not None:
        row, column, rows, columns = part
        if min(row, column) < 0 or row + rows > polarization.shape[0] or column + columns > polarization.shape[1]:
            raise InputError(f"map_part {list(part)} is not inside the map of {polarization.shape[:2]} samples")
        polarization = polarization[row : row + rows, column : column + columns]
    if flip:
        polarization = polarization[:, ::-1] * [1.0, -1.0]
    for _ in range(quarter_turns % 4):
        # (y, x) -> (-x, y): what pointed down points right
        polarization = np.rot90(polarization, 1)
        polarization = np.stack([-polarization[..., 1], polarization[..., 0]], axis=-1)
    return polarization


def cells_of_map(sites, shape):
    """Sample of a map at each position: (n, 2) int rows and columns, and whether they are inside the map.

    Parameters
    ----------
    sites : (n, 2) float
        Positions along the lattice axes, unit cells from the middle of the film.
    shape : (rows, columns) of the map
    """
    index = np.floor(sites + np.array(shape) / 2).astype(int)
    inside = ((index >= 0) & (index < shape)).all(axis=-1)
    return np.where(inside[..., None], index, 0), inside


def map_pattern(polarization, sites):
    """Displacement (n, 2) at each position, NaN outside the map; units of the map, (y, x) along the lattice axes."""
    index, inside = cells_of_map(sites, polarization.shape[:2])
    return np.where(inside[..., None], polarization[index[..., 0], index[..., 1]], np.nan)
