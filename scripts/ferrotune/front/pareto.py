"""Pareto front, hypervolume and knee of trials, on plain loss matrices (a row a trial, smaller is better)."""

import moocore
import numpy as np

from ferrotune.errors import InputError

SIGNS = {"minimise": 1.0, "maximise": -1.0}

# In the normalised box, a tenth beyond the nadir. At the nadir itself the extreme points of the front would not
# count; much further out they would dominate the volume (Ishibuchi et al. 2018).
REFERENCE_POINT = 1.1

# Normalised distances closer than this are ties, so that a change of units cannot decide between two points.
TIE = 1e-9


def _usable(losses):
    return np.isfinite(losses).all(axis=1)


def _scaled(losses, best, worst):
    span = worst - best
    # An objective that is the same in all rows distinguishes none of them: 0 in all.
    return (losses - best) / np.where(span > 0, span, 1.0)


def _extreme_points(points):
    """Row of the extreme point of each objective: the point nearest to that objective's axis."""
    rows = []
    for axis in range(points.shape[1]):
        others = np.delete(points, axis, axis=1)
        # Ties are decided by value, never by row: the order of the trials must not move the hyperplane.
        keys = (points[:, axis], others.sum(axis=1), others.max(axis=1))
        # Rounded, so that a change of units does not break ties.
        rows.append(np.lexsort(np.round(keys, 9))[0])
    return np.array(rows)


def _distance_below(points):
    """Distance of each point below the hyperplane through the extreme points; None without such a plane."""
    rows = _extreme_points(points)
    if len(np.unique(rows)) < points.shape[1]:
        return None
    corners = points[rows]
    if np.linalg.cond(corners) > 1 / TIE:
        return None
    normal = np.linalg.solve(corners, np.ones(len(corners)))
    # A plane that does not fall along every axis has no side that faces the ideal.
    if (normal <= 0).any():
        return None
    return (1 - points @ normal) / np.linalg.norm(normal)


def losses(rewards, directions):
    """Rewards as losses, all to be minimised.

    Parameters
    ----------
    rewards : (trial, objective) array
    directions : sequence of str
        'minimise' or 'maximise' for each objective.

    Returns
    -------
    (trial, objective) float array

    Raises
    ------
    InputError
        Where a direction is neither, or there is not one for each objective.
    """
    rewards = np.atleast_2d(np.asarray(rewards, dtype=float))
    for direction in directions:
        if direction not in SIGNS:
            raise InputError(f"objectives: direction {direction!r} is unknown; write minimise or maximise")
    if rewards.shape[1] != len(directions):
        raise InputError(f"objectives: {len(directions)} directions for {rewards.shape[1]} rewards; give one each")
    return rewards * np.array([SIGNS[direction] for direction in directions])


def normalise(losses):
    """Losses scaled to [0, 1] by the smallest and largest of the rows that are finite throughout.

    Parameters
    ----------
    losses : (trial, objective) array

    Returns
    -------
    (trial, objective) float array
        NaN in rows that are not finite throughout; 0 for an objective that does not vary.
    """
    losses = np.asarray(losses, dtype=float)
    usable = _usable(losses)
    scaled = np.full(losses.shape, np.nan)
    if usable.any():
        scaled[usable] = _scaled(losses[usable], losses[usable].min(axis=0), losses[usable].max(axis=0))
    return scaled


def front(losses):
    """Which trials are on the Pareto front: no other trial dominates them.

    Parameters
    ----------
    losses : (trial, objective) array

    Returns
    -------
    (trial,) bool array
        False for rows with NaN or infinity; of identical rows, only the first is True.

    Examples
    --------
    >>> front([[1.0, 4.0], [2.0, 2.0], [3.0, 3.0], [4.0, 1.0]]).tolist()
    [True, True, False, True]
    """
    losses = np.asarray(losses, dtype=float)
    usable = _usable(losses)
    mask = np.zeros(len(losses), dtype=bool)
    if usable.any():
        mask[usable] = moocore.is_nondominated(losses[usable])
    return mask


def distance_to_front(losses):
    """How much worse each trial is than the front: 0 on the front, 1 at the far end of the box of usable trials.

    Parameters
    ----------
    losses : (trial, objective) array

    Returns
    -------
    (trial,) float array
        NaN for rows that are not finite throughout.

    Notes
    -----
    Losses are normalised by the best and the worst of the usable trials. The distance is the smallest epsilon for
    which a trial epsilon-dominates a member of the front (additive: M. Laumanns et al., Evolutionary
    Computation 10, 263 (2002), doi 10.1162/106365602760234108): in no objective is it worse than that member by more
    than epsilon. The improvement that a trial needs until no trial dominates it would be a bad measure: a trial that
    is nearly the best in one objective and the worst in the others would count as near.
    """
    points = normalise(losses)
    on_front = points[front(losses)]
    if not len(on_front):
        return np.full(len(points), np.nan)
    return (points[:, None] - on_front).max(axis=2).min(axis=1)


def best_and_worst(losses):
    """Best and worst loss of each objective over all usable trials, (objective,) each; NaN if none is usable."""
    usable = np.asarray(losses, dtype=float)
    usable = usable[_usable(usable)]
    if not len(usable):
        return np.full(usable.shape[1], np.nan), np.full(usable.shape[1], np.nan)
    return usable.min(axis=0), usable.max(axis=0)


def ideal_nadir(losses):
    """Best and worst loss of each objective on the front.

    The worst (nadir) is that of the front, not of all trials, so that bad trials do not change the hypervolume. If all
    of the front is equal in an objective, the worst of all usable trials is used instead (our choice).

    Parameters
    ----------
    losses : (trial, objective) array, one usable row or more

    Returns
    -------
    ideal, nadir : (objective,) arrays
    """
    losses = np.asarray(losses, dtype=float)
    on_front = losses[front(losses)]
    ideal, nadir = on_front.min(axis=0), on_front.max(axis=0)
    return ideal, np.where(nadir > ideal, nadir, losses[_usable(losses)].max(axis=0))


def hypervolume(losses, bounds=None):
    """Hypervolume of trials: the share of the reference box that they dominate, 0 ... 1.

    Parameters
    ----------
    losses : (trial, objective) array
    bounds : (ideal, nadir), optional
        Bounds for the normalisation, in the units of the losses; by default `ideal_nadir` of these losses. Give
        common bounds to compare sets of trials.

    Returns
    -------
    float
        Dominated volume of the box from the ideal to 1.1 in normalised losses, divided by the volume of the box; 0
        if no row is usable.

    Notes
    -----
    With a reference point a little beyond the nadir, the extreme points count: H. Ishibuchi et al.,
    Evolutionary Computation 26, 411 (2018), doi 10.1162/evco_a_00226.
    """
    losses = np.asarray(losses, dtype=float)
    usable = losses[_usable(losses)]
    if not len(usable):
        return 0.0
    ideal, nadir = ideal_nadir(usable) if bounds is None else bounds
    # Trials may be better than given bounds: nothing beyond the box counts.
    scaled = np.maximum(_scaled(usable, np.asarray(ideal), np.asarray(nadir)), 0.0)
    volume = moocore.hypervolume(scaled, ref=REFERENCE_POINT)
    return float(volume / REFERENCE_POINT ** losses.shape[1])


def hypervolume_history(losses, bounds=None):
    """Hypervolume of the first 1, 2, ... trials, all with the same normalisation.

    Parameters
    ----------
    losses : (trial, objective) array, in the order of the trials
    bounds : (ideal, nadir), optional
        As in `hypervolume`; by default those of all trials.

    Returns
    -------
    (trial,) float array
        It never falls; the last value is the `hypervolume` of all trials.
    """
    losses = np.asarray(losses, dtype=float)
    usable = _usable(losses)
    if not usable.any():
        return np.zeros(len(losses))
    bounds = ideal_nadir(losses) if bounds is None else bounds
    volumes = [hypervolume(losses[: i + 1], bounds) if use else np.nan for i, use in enumerate(usable)]
    # An unusable row adds nothing: the last volume stays.
    return np.fmax.accumulate(np.r_[0.0, volumes])[1:]


def knee(losses, bounds=None):
    """The knee of a front: its point furthest below the hyperplane through its extreme points.

    Parameters
    ----------
    losses : (point, objective) array
        The rows of a front, finite; any number of objectives, 2 to 4 tested.
    bounds : best and worst loss of each objective, (objective,) each, optional
        The scale of the differences when the point nearest to the ideal is searched for, for example of the
        losses of all trials. By default that of the front; if the front is a few near ties, this exaggerates them.

    Returns
    -------
    int
        A row of `losses`; the first of equal ones. If no point is below such a plane (fewer than three points, no
        plane, a straight or a concave front), the point nearest to the ideal by Chebyshev distance.

    Raises
    ------
    InputError
        Where the front is empty.

    Notes
    -----
    Objectives are normalised over the front. I. Das, Structural Optimization 18, 107 (1999),
    doi 10.1007/s001580050111, takes the individual minima as extremes; for three objectives or more these are
    not unique, so the extreme of an objective is here the point nearest to its axis (K. Deb and H. Jain, IEEE
    TEVC 18, 577 (2014)), which for two objectives is the same. J. Branke et al., PPSN VIII (2004), on knees.

    Examples
    --------
    >>> knee([[0.0, 10.0], [1.0, 2.0], [5.0, 1.0], [10.0, 0.0]])
    1
    """
    losses = np.asarray(losses, dtype=float)
    if not len(losses):
        raise InputError("front: it has no points, so no knee; run more trials")
    points = normalise(losses)
    below = _distance_below(points) if len(points) > 2 else None
    if below is None or below.max() <= TIE:
        below = -(points if bounds is None else _scaled(losses, *bounds)).max(axis=1)
    return int(np.flatnonzero(below >= below.max() - TIE)[0])
