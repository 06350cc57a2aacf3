"""Agreement of a segmentation with a reference: labels at matched sites, and walls within a tolerance."""

import numpy as np
from scipy.spatial import cKDTree

AROUND = 6  # reference positions looked at around a site: four cells meet in a corner


def _share(samples, near, targets):
    """Share of the samples of one map that are near those of the other; of no samples, whether both are empty."""
    return float(near[samples].mean()) if samples.any() else float(not targets.any())


def labels_at(sites_yx, yx, label, reach_px):
    """Label of a reference at each site: that of most of the reference positions that are nearest to it.

    A site may lie at the corner of cells, all four of them as near: those within a third of the reach beyond the
    nearest count alike. Where two labels have as many, the site stands on the wall between them, and has neither.

    Parameters
    ----------
    sites_yx : (site, 2) array, px
    yx : (reference, 2) array, px
    label : (reference,) int array, negative where unknown
    reach_px : float
        Reference positions further off do not count; a unit cell.

    Returns
    -------
    (site,) int array, -1 where there is none
    """
    labels = np.full(len(sites_yx), -1)
    if not len(sites_yx) or not len(yx):
        return labels
    distance, index = cKDTree(yx).query(sites_yx, k=np.arange(1, AROUND + 1), distance_upper_bound=reach_px)
    taken = np.isfinite(distance) & (distance <= distance[:, :1] + reach_px / 3)
    names, place = np.unique(label, return_inverse=True)
    of_site, votes = np.nonzero(taken)[0], place[index[taken]]
    count = np.bincount(of_site * len(names) + votes, minlength=len(sites_yx) * len(names)).reshape(-1, len(names))
    most = count.max(axis=1)
    clear = (most > 0) & ((count == most[:, None]).sum(axis=1) == 1)
    labels[clear] = names[count[clear].argmax(axis=1)]
    return np.maximum(labels, -1)


def within(targets, reach):
    """Samples that have a target within a distance, exactly as a Euclidean distance transform tells them.

    Parameters
    ----------
    targets : (y, x) bool array
    reach : float
        In samples. The time is proportional to it: it pays while it is short.

    Returns
    -------
    (y, x) bool array
    """
    steps = int(reach)
    gap = np.where(targets, 0, steps + 1).astype(np.min_scalar_type(steps + 2))  # to the nearest target of the row
    for _ in range(steps):
        np.minimum(gap[:, 1:], gap[:, :-1] + 1, out=gap[:, 1:])
        np.minimum(gap[:, :-1], gap[:, 1:] + 1, out=gap[:, :-1])
    near = gap <= steps
    for step in range(1, steps + 1):
        chord = gap <= int(np.sqrt(reach**2 - step**2))
        near[step:] |= chord[:-step]
        near[:-step] |= chord[step:]
    return near


def wall_precision_recall(
    wall_map,
    reference_wall_map,
    samples_per_cell,
    tolerance_cells=1.0,
    near_reference=None,
):
    """How many of the found wall samples are real, and how many of the real ones are found.

    Parameters
    ----------
    wall_map, reference_wall_map : (y, x) bool arrays
    samples_per_cell : float
        Samples of the maps in a unit cell.
    tolerance_cells : float
        Distance, in unit cells, up to which two wall samples are the same wall.
    near_reference : (y, x) bool array, optional
        `within` that distance of the reference's walls, where it is known already.

    Returns
    -------
    precision, recall, f1 : float
        Both maps empty: all 1. One of them empty: all 0.
    """
    found, real = np.asarray(wall_map, bool), np.asarray(reference_wall_map, bool)
    tolerance = tolerance_cells * samples_per_cell
    near_real = within(real, tolerance) if near_reference is None else near_reference
    precision, recall = _share(found, near_real, real), _share(real, within(found, tolerance), found)
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total > 0 else 0.0
