"""Numbers of domains: the same domain has the same number, and so the same colour, in all segmentations."""

import numpy as np
from scipy.spatial import cKDTree


def _numbered(labels):
    """Number labels from 0 to k - 1, the largest domain first; -1 stays."""
    labels = np.asarray(labels)
    names, count = np.unique(labels[labels >= 0], return_counts=True)
    return _renamed(labels, {name: i for i, name in enumerate(names[np.argsort(-count, kind="stable")].tolist())})


def _renamed(labels, names):
    """Replace labels (site,) by their new numbers (a dict, from `match_labels`); a negative label becomes -1."""
    found, place = np.unique(labels, return_inverse=True)
    return np.array([names.get(label, -1) for label in found.tolist()], dtype=int)[place]


def match_labels(labels, onto, undecided=None):
    """Find for each label the domain of another segmentation that shares most sites with it.

    Parameters
    ----------
    labels, onto : (site,) int
        Two segmentations of the same sites; negative is no label.
    undecided : (site,) int, optional
        A third segmentation, with the numbers of `onto`; it decides if `onto` does not.

    Returns
    -------
    dict of label -> int
        One to one (Hungarian assignment on the number of shared sites). Labels without a partner take
        numbers that are not in use, the largest domain first.
    """
    from scipy.optimize import linear_sum_assignment  # here, as most jobs that load this module do not need it

    labels, onto = np.asarray(labels), np.asarray(onto)
    undecided = np.full(len(onto), -1) if undecided is None else np.asarray(undecided)
    names, count = np.unique(labels[labels >= 0], return_counts=True)
    targets = np.unique(np.concatenate([onto, undecided]))
    targets = targets[targets >= 0]
    of_name = (labels == names[:, None]).astype(float)
    # all sites of `undecided` together count less than one site of `onto`
    shared = of_name @ (onto[:, None] == targets) + of_name @ (undecided[:, None] == targets) / (len(onto) + 1)
    rows, columns = linear_sum_assignment(shared, maximize=True)
    # two labels that share no site are not matched
    found = {int(names[r]): int(targets[c]) for r, c in zip(rows, columns, strict=True) if shared[r, c]}
    free = (number for number in range(len(names) + len(targets)) if number not in set(targets.tolist()))
    for name in names[np.argsort(-count, kind="stable")].tolist():
        if name not in found:
            found[name] = next(free)
    return found


def domain_numbers(segmentations, reference, yx, reference_yx, cell_px):
    """Number the domains of segmentations and of their reference so that the same domain has the same number.

    Parameters
    ----------
    segmentations : list of (site,) int; those after the first also take numbers from the first
    reference : (cell,) int, negative where unknown
    yx, reference_yx : (site, 2), (cell, 2) px
    cell_px : float

    Returns
    -------
    segmentations, reference : list of (site,) int, (cell,) int
        0 is the largest domain of the reference; -1 is no label.
    """
    reference = _numbered(reference)
    nearest = cKDTree(reference_yx).query(yx, distance_upper_bound=cell_px)[1]
    onto, numbers = np.append(reference, -1)[nearest], []
    for labels in segmentations:
        numbers.append(_renamed(labels, match_labels(labels, onto, numbers[0] if numbers else None)))
    return numbers, reference
