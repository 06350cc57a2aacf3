"""Undecided sites: specks, and descriptors that noise decides."""

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter

from ferrotune.segmentation.gaussian_classes import log_densities, names_of

UNDECIDED = -1
# Our choices.
LEAST_DOMAIN = 6.0  # unit cells; smaller domains are specks
AROUND = 2.0  # cells
MIXED = 0.35  # share of unlike pairs: 0.1 along a straight wall, 0.5 where two labels are noise
DOUBTFUL = 0.75  # probability of the label; less, and enough of the surroundings must have the label too
WINDOW, ALONE = 5, 0.35  # points; share of the surroundings: at a wall nearly half have the label


def _probabilities(labels, scores):
    """Probability of each site's label, from Gaussian clusters of one covariance; 0 for an undecided site."""
    decided = labels >= 0
    own, place = scores[decided], names_of(labels[decided])[1]
    logs = log_densities(own, own, place, pooled=True)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    found = np.zeros(len(labels))
    found[decided] = shares[np.arange(len(place)), place] / shares.sum(axis=1)
    return found


def _agreement(grid, labels):
    """Share of the decided points around each site (WINDOW x WINDOW, without it) that have its label."""
    at = grid.gridded(labels, UNDECIDED)
    count = uniform_filter((at >= 0).astype(float), WINDOW, mode="constant") * WINDOW**2 - (at >= 0)
    same = np.zeros(at.shape)
    for k in names_of(labels[labels >= 0])[0]:
        own = at == k
        same[own] = (uniform_filter(own.astype(float), WINDOW, mode="constant") * WINDOW**2)[own] - 1
    return grid.at_sites(same / np.maximum(count, 1))


def _mixing(grid, labels):
    """Share of unlike pairs among the pairs of neighbours around each site, weighted by a Gaussian of AROUND cells."""
    at = grid.gridded(labels, UNDECIDED)
    unlike, pairs = np.zeros(at.shape), np.zeros(at.shape)
    for axis in (0, 1):
        one, other = np.moveaxis(at, axis, 0)[:-1], np.moveaxis(at, axis, 0)[1:]
        both = (one >= 0) & (other >= 0)
        for sums, of_pairs in ((pairs, both), (unlike, both & (one != other))):
            view = np.moveaxis(sums, axis, 0)
            view[:-1] += of_pairs
            view[1:] += of_pairs
    sigma = AROUND / grid.step
    smooth = [gaussian_filter(sums, sigma, mode="constant") for sums in (unlike, pairs)]
    return grid.at_sites(smooth[0] / np.maximum(smooth[1], 1e-9))


def without_specks(grid, labels):
    """Labels (site,) with -1 for the sites of domains smaller than LEAST_DOMAIN."""
    domain, of_domain = grid.domains(labels)
    size = np.bincount(domain[domain >= 0], minlength=len(of_domain)) * grid.step**2
    own = grid.at_sites(domain)
    # a site whose point belongs to another site takes that one's domain only if the label is the same
    foreign = (own >= 0) & (of_domain[own] != labels)
    small = ~foreign & ((own < 0) | (size[own] < LEAST_DOMAIN))
    return np.where(small, UNDECIDED, labels)


def decided_labels(grid, labels, scores):
    """Labels (site,) int, -1 where they depend on noise.

    Parameters
    ----------
    grid : SiteGrid
    labels : (site,) int, negative for sites that were not clustered
    scores : (site, r) float
    """
    labels = np.asarray(labels, int)
    if len(names_of(labels[labels >= 0])[0]) > 1:
        doubtful = _probabilities(labels, scores) < DOUBTFUL
        mixed = _mixing(grid, labels) > MIXED
        labels = np.where((doubtful & (_agreement(grid, labels) < ALONE)) | mixed, UNDECIDED, labels)
    return without_specks(grid, labels) if (labels >= 0).any() else labels
