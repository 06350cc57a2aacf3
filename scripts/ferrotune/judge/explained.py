"""How much of a measured field the labels explain, beyond what as many clusters explain of fields without domains."""

from contextlib import suppress
from functools import cached_property

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.stats import median_abs_deviation

from ferrotune.judge.outliers import damaged
from ferrotune.judge.surrogates import Surrogates
from ferrotune.judge.variation import variation
from ferrotune.segmentation.agreement import ari

# Our choices.
SMOOTH = 1.0  # cells; sigma of the Gaussian average: what noise adds to single sites no label can explain
CLIPPED = 5.0  # robust standard deviations
SURROGATES = 8
CLUSTERED = 2000  # sites of a surrogate that k-means sees
MOST_SHARED = 8  # numbers of clusters up to which shares are computed in advance: more are rare
DIVISIONS = range(2, 6)  # clusters of the divisions that labels below chance are compared with
DECIDED = 0.8  # share of the sites; where labels decide fewer, their agreement says less
PARSIMONY = 0.03  # of two maps that explain about as much, the one with fewer variants


def smoothed(grid, values):
    """Values (site, c) averaged over a Gaussian of SMOOTH cells, outliers clipped; NaN counts as unknown."""
    middle = np.nanmedian(values, axis=0)
    deviation = median_abs_deviation(values, axis=0, scale="normal", nan_policy="omit")
    sparse = deviation == 0  # most of its values are the same, as in a sparse code: the others are no outliers
    deviation[sparse] = np.nanstd(values, axis=0)[sparse]
    known = np.isfinite(values).all(axis=1)
    off = np.where(known[:, None], np.clip(values - middle, -CLIPPED * deviation, CLIPPED * deviation), 0.0)
    sigma = SMOOTH / grid.step
    weight = gaussian_filter(grid.gridded(known.astype(float), 0.0), sigma, mode="constant")
    sums = gaussian_filter(grid.gridded(off, 0.0), (sigma, sigma, 0), mode="constant")
    return grid.at_sites(sums / np.maximum(weight, 1e-3)[..., None])


def explained_share(labels, values):
    """Share of the variance of values (site, c) that labels (site,) explain; undecided sites are not explained.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.array([[1.0], [1.0], [3.0], [3.0]])
    >>> explained_share(np.array([0, 0, 1, 1]), values), explained_share(np.array([0, 0, 1, -1]), values)
    (1.0, 0.75)
    """
    off = values - values.mean(axis=0)
    of_labels = (off[labels == k] for k in np.unique(labels[labels >= 0]))
    explained = sum(len(own) * (own.mean(axis=0) ** 2).sum() for own in of_labels)
    return float(explained / max((off**2).sum(), 1e-300))


class MeasuredField:
    """A field that was measured at the sites of an image, and what its segmentations are compared with.

    All trials of an image share it, so that each thing is computed once.

    Parameters
    ----------
    grid : SiteGrid
    values : (site, c) float, polarization or descriptors; NaN where unknown
    seed : int, of the surrogates
    """

    def __init__(self, grid, values, seed):
        self.grid, self.values, self.seed, self._null_shares = grid, values, seed, {}

    @cached_property
    def damaged(self):
        """Sites in damaged regions, (site,) bool."""
        return damaged(self.grid, self.values)

    @cached_property
    def variation(self):
        """How much the field varies over a few cells, see `ferrotune.judge.variation`."""
        return variation(self.grid, self.values)

    @cached_property
    def changes(self):
        """The same with walls along the rows of the scan."""
        return variation(self.grid, self.values, keep_steps=True)

    @cached_property
    def smoothed(self):
        """The field averaged over SMOOTH cells, (site, c)."""
        return smoothed(self.grid, self.values)

    @cached_property
    def surrogates(self):
        """Some sites of each surrogate of the smoothed field, list of (n, c)."""
        drawn, surrogates = [], Surrogates(self.grid, self.smoothed)
        for number in range(SURROGATES):
            rng = np.random.default_rng([self.seed, number])
            values = surrogates.drawn(rng)
            drawn.append(values[np.sort(rng.permutation(len(values))[:CLUSTERED])])
        return drawn

    @cached_property
    def divisions(self):
        """Labels (site,) of k-means of the smoothed field, one for each number of clusters in DIVISIONS."""
        from sklearn.cluster import KMeans  # here, as most jobs that load this module do not need it

        of = (KMeans(clusters, n_init=4, random_state=0) for clusters in DIVISIONS)
        return [kmeans.fit_predict(self.smoothed).astype(np.int8) for kmeans in of]

    def compute_shared(self, clusters):
        """Compute what trials of up to some number of clusters ask for, before it is sent to several processes.

        Where this raises, each trial raises the same, and says so.
        """
        with suppress(ValueError, ArithmeticError, np.linalg.LinAlgError):
            for name in ("damaged", "variation", "changes", "smoothed", "divisions"):
                getattr(self, name)
            for number in range(2, min(clusters, MOST_SHARED) + 1):
                self.null_share(number)

    def null_share(self, clusters):
        """Share of variance that k-means with some number of clusters explains of surrogates, their mean."""
        from sklearn.cluster import KMeans  # here, as most jobs that load this module do not need it

        if clusters not in self._null_shares:
            kmeans = KMeans(clusters, n_init=2, random_state=0)
            shares = [explained_share(kmeans.fit_predict(some), some) for some in self.surrogates]
            self._null_shares[clusters] = float(np.mean(shares))
        return self._null_shares[clusters]


def _agreement(field, labels):
    """Adjusted Rand index of labels with the division of the field that is most like them; less if few are decided."""
    decided = min((labels >= 0).mean() / DECIDED, 1.0)
    return max(ari(labels, division) for division in field.divisions) * decided**2


def label_evidence(field, labels):
    """What labels explain of a field beyond what as many clusters explain of its surrogates.

    Parameters
    ----------
    field : MeasuredField
    labels : (site,) int, negative where undecided

    Returns
    -------
    float
        Above 0: the share of the variance that labels explain, adjusted for chance: 1 if they explain all, 0 if they
        explain what k-means with as many clusters explains of surrogates; less PARSIMONY for each variant beyond two.
        Undecided sites count against it twice: they are not explained, and the share is multiplied by the share of
        decided sites. At or below 0, where labels explain no more than that: their agreement with the one of the
        DIVISIONS of the field that is most like them, less 1. 0 for fewer than two clusters.

    Notes
    -----
    After the gap statistic (Tibshirani, Walther and Hastie, J. R. Stat. Soc. B 63, 411 (2001)), with surrogates as the
    reference, and adjusted for chance as the Rand index is (Hubert and Arabie, J. Classif. 2, 193 (1985)). On a field
    that changes gradually, how much less than chance labels explain does not say which of them follow it best, and does
    not compare between numbers of clusters. Ours.
    """
    decided = labels >= 0
    clusters = len(np.unique(labels[decided]))
    if clusters < 2:
        return 0.0
    share, null = explained_share(labels, field.smoothed) * decided.mean(), field.null_share(clusters)
    more = (share - null) / max(1 - null, 1e-9) - PARSIMONY * (clusters - 2)
    return more if more > 0 else min(_agreement(field, labels) - 1, 0.0)
