"""Rewards of the domains: connected sites with the same label."""

import numpy as np

from ferrotune.rewards.registry import reward

NUCLEUS = 9.0  # unit cells, 3 x 3; smaller domains count as too small. Our choice


def _domains(segmentation):
    """Domain of each labelled site, (m,) int from 0."""
    from scipy.sparse import coo_array  # here, as reading the config must not wait for scipy
    from scipy.sparse.csgraph import connected_components

    labels, edges = segmentation.labels, segmentation.edges
    one, other = edges[labels[edges[:, 0]] == labels[edges[:, 1]]].T
    graph = coo_array((np.ones(len(one), bool), (one, other)), shape=(len(labels), len(labels)))
    return np.unique(connected_components(graph, directed=False)[1][labels >= 0], return_inverse=True)[1]


@reward(
    "minimise",
    "1",
    "Domains coarsen to save wall energy: a variant is a few connected regions, not a scatter of islands.",
    "ours",
)
def domains_per_variant(segmentation):
    """Number of connected domains / number of labels: at least 1, and more in a larger image of the same pattern."""
    labels = segmentation.labels
    return (_domains(segmentation).max(initial=-1) + 1) / len(np.unique(labels[labels >= 0]))


@reward(
    "minimise",
    "1",
    "A domain below a critical size costs more wall energy than it gains, and is not stable.",
    "ours, in place of the size of the smallest domain, which is one cell if a single site is wrong",
)
def small_domains(segmentation):
    """Share of the sites that lie in domains of fewer than 9 unit cells."""
    size = np.bincount(_domains(segmentation))
    sites = size.sum() / segmentation.sites.area  # sites in a unit cell
    return size[size < NUCLEUS * sites].sum() / size.sum()
