"""Non-negative matrix factorisation: parts that are only added, such as the spots of a diffractogram."""

import warnings

import numpy as np

from ferrotune.pipelines.parameters import RANK, RANKED, Parameter

PARAMETERS = {"rank": Parameter(RANK, *RANKED)}
NESTED = False


def reduce(described, setting, rank):
    """Weights (site, rank) of the parts (Cichocki and Phan, IEICE E92-A, 708 (2009)).

    Where a descriptor has negative values, its lowest value is subtracted from it.
    """
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    features = described.features(setting)
    features = features - np.minimum(features.min(axis=0), 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the parts are good enough long before it converges
        return NMF(rank, init="nndsvda", random_state=0).fit_transform(features).astype(float)
