"""Segmentations side by side: the same number, hence colour, for the same domain."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree


def _numbered(labels):
    """Labels as 0 ... k - 1, the largest domain first; -1 stays."""
    labels = np.asarray(labels)
    names, count = np.unique(labels[labels >= 0], return_counts=True)
    return _renamed(labels, {name: i for i, name in enumerate(names[np.argsort(-count, kind="stable")].tolist())})


def _renamed(labels, names):
    """Labels (site,) under the names of `match_labels`; negative stays -1."""
    found, place = np.unique(labels, return_inverse=True)
    return np.array([names.get(label, -1) for label in found.tolist()], dtype=int)[place]


def match_labels(labels, onto, undecided=None):
    """Rename labels after the domains of another segmentation that they share most sites with.

    Parameters
    ----------
    labels, onto : (site,) int
        Two segmentations of the same sites; negative is no label.
    undecided : (site,) int, optional
        A third one, in the numbers of `onto`, that decides where `onto` does not.

    Returns
    -------
    dict of label -> int
        One to one (Hungarian assignment on the number of shared sites). Labels that are left over take
        numbers that are in use nowhere, the largest domain first.
    """
    labels, onto = np.asarray(labels), np.asarray(onto)
    undecided = np.full(len(onto), -1) if undecided is None else np.asarray(undecided)
    names, count = np.unique(labels[labels >= 0], return_counts=True)
    targets = np.unique(np.concatenate([onto, undecided]))
    targets = targets[targets >= 0]
    of_name = (labels == names[:, None]).astype(float)
    # all sites of `undecided` together weigh less than one of `onto`
    shared = of_name @ (onto[:, None] == targets) + of_name @ (undecided[:, None] == targets) / (len(onto) + 1)
    rows, columns = linear_sum_assignment(shared, maximize=True)
    # a pair that shares no site is no match
    found = {int(names[r]): int(targets[c]) for r, c in zip(rows, columns, strict=True) if shared[r, c]}
    free = (number for number in range(len(names) + len(targets)) if number not in set(targets.tolist()))
    for name in names[np.argsort(-count, kind="stable")].tolist():
        if name not in found:
            found[name] = next(free)
    return found


def domain_numbers(segmentations, reference, yx, reference_yx, cell_px):
    """Numbers for the domains of segmentations and of their reference, so that like domains have like ones.

    Parameters
    ----------
    segmentations : list of (site,) int; a later one also follows the first
    reference : (cell,) int, negative where unknown
    yx, reference_yx : (site, 2), (cell, 2) px
    cell_px : float

    Returns
    -------
    segmentations, reference : list of (site,) int, (cell,) int
        0 is the reference's largest domain; -1 is no label.
    """
    reference = _numbered(reference)
    nearest = cKDTree(reference_yx).query(yx, distance_upper_bound=cell_px)[1]
    onto, numbers = np.append(reference, -1)[nearest], []
    for labels in segmentations:
        numbers.append(_renamed(labels, match_labels(labels, onto, numbers[0] if numbers else None)))
    return numbers, reference
