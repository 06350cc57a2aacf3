"""Areas without signal inside an image: dead rows and columns, and areas where the detector was saturated."""

import numpy as np
from scipy import ndimage

CHANCE = 25.0  # -log of the chance that shot noise gives a constant line beside ones that vary
DIFFERENT = 1.5  # a dead line differs from those beside it by this multiple of how lines differ elsewhere
SHORTEST = 32  # usable pixels of a line that can be judged
SOLID = 5  # px; a saturated area holds a square of this side
FEW = 16  # saturated areas; where there are more, columns are too bright for the detector, and stay
SHARP = 0.5  # around a saturated area the intensity falls within two pixels by this share of the range


def _runs(flags):
    """First and last (n, 2) positions of the runs of true in a (n,) bool."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    return np.column_stack([edges[::2], edges[1::2] - 1])


def _dead_rows(data, usable):
    """Rows (n,) bool, of one value, where the rows beside them vary and differ by more than rows do elsewhere."""
    enough = usable.sum(axis=1) >= SHORTEST
    least = np.min(data, axis=1, where=usable, initial=np.inf)
    constant = enough & (least == np.max(data, axis=1, where=usable, initial=-np.inf))
    dead = np.zeros(len(data), bool)
    if not constant.any() or constant.all():
        return dead
    rows = np.flatnonzero(enough & ~constant)
    known = usable[rows[1:-1]] & usable[rows[:-2]] & usable[rows[2:]]
    changes = np.abs(data[rows[1:-1]] - (data[rows[:-2]] + data[rows[2:]]) / 2)[known]
    typical = np.median(changes) if changes.size else 0.0
    for first, last in _runs(constant):
        beside = [i for i in (first - 1, last + 1) if 0 <= i < len(data) and enough[i]]
        seen = usable[first] & np.all([usable[i] for i in beside], axis=0)
        vary = [np.count_nonzero(data[i, seen] != least[first]) >= CHANCE for i in beside]
        if not vary or not all(vary):
            continue
        away = np.abs(data[first, seen] - np.mean([data[i, seen] for i in beside], axis=0))
        dead[first : last + 1] = np.median(away) > DIFFERENT * typical
    return dead


def dead_lines(data, usable):
    """Find dead rows and columns: constant, unlike what is beside them.

    Parameters
    ----------
    data : (y, x) float, finite where usable
    usable : (y, x) bool

    Returns
    -------
    rows : (y,) bool
    columns : (x,) bool

    Examples
    --------
    >>> import numpy as np
    >>> data = np.random.default_rng(0).poisson(50, (64, 80)).astype(float)
    >>> data[20] = 0
    >>> rows, columns = dead_lines(data, np.ones(data.shape, bool))
    >>> np.flatnonzero(rows).tolist(), int(columns.sum())
    ([20], 0)
    """
    rows = _dead_rows(data, usable)
    usable = usable & ~rows[:, None]  # a dead row would make no column constant, but every column vary
    return rows, _dead_rows(data.T, usable.T)


def saturated_areas(data, usable):
    """Find areas of the highest value with sharp edges: they are no columns, whose intensity falls off slowly.

    Parameters
    ----------
    data : (y, x) float, finite where usable
    usable : (y, x) bool

    Returns
    -------
    (y, x) bool

    Examples
    --------
    >>> import numpy as np
    >>> data = np.random.default_rng(0).poisson(50, (64, 80)).astype(float)
    >>> data[20:28, 30:40] = 65535
    >>> int(saturated_areas(data, np.ones(data.shape, bool)).sum())
    80
    """
    highest = data.max(where=usable, initial=-np.inf)
    same = usable & (data == highest)
    found = np.zeros(data.shape, bool)
    if np.count_nonzero(same) < SOLID**2:
        return found
    solid = ndimage.binary_opening(same, np.ones((SOLID, SOLID)))
    region, count = ndimage.label(ndimage.binary_propagation(solid, np.ones((3, 3)), same), np.ones((3, 3)))
    if not 0 < count <= FEW:
        return found
    middle = np.median(data[usable & ~same]) if (usable & ~same).any() else highest
    for number, place in enumerate(ndimage.find_objects(region), start=1):
        around = tuple(slice(max(part.start - 2, 0), part.stop + 2) for part in place)
        own = region[around] == number
        ring = ndimage.binary_dilation(own, np.ones((3, 3)), iterations=2) & ~own & usable[around]
        if ring.any() and highest - np.median(data[around][ring]) > SHARP * (highest - middle):
            found[around] |= own
    return found
