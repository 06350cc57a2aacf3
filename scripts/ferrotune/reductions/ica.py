"""Independent component analysis: directions in which the descriptors are least Gaussian."""

import warnings

from ferrotune.pipelines.parameters import RANK, RANKED, Parameter
from ferrotune.reductions import pca

PARAMETERS = {"rank": Parameter(RANK, *RANKED)}
NESTED = False


def reduce(described, setting, rank):
    """Sources (site, rank) of unit variance, found from as many principal components.

    FastICA: Hyvarinen and Oja, Neural Networks 13, 411 (2000).
    """
    from sklearn.decomposition import FastICA
    from sklearn.exceptions import ConvergenceWarning

    scores = pca.reduce(described, setting, rank)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return FastICA(whiten="unit-variance", random_state=0).fit_transform(scores)
