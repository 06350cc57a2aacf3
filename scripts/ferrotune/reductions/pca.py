"""Principal component analysis: exact, from the covariance where the descriptor has one."""

from ferrotune.clusterings.gmm import MANY
from ferrotune.pipelines.parameters import RANK_OR_NONE, RANKED, Parameter

PARAMETERS = {"rank": Parameter(RANK_OR_NONE, *RANKED)}
NESTED = True


def reduce(described, setting, rank):
    """Scores (site, rank) by falling variance; for rank None the descriptors, as the paper clusters them.

    Parameters
    ----------
    described : object with a method `features(setting)` that gives the descriptors (site, p)
    setting : dict of the trial's parameters
    rank : int or None

    Returns
    -------
    (site, rank) float64; raw patches of many pixels float32, as they are stored

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> features = np.array([[3.0, 4.0], [-3.0, -4.0], [6.0, 8.0], [-6.0, -8.0]])  # along one line
    >>> described = SimpleNamespace(features=lambda setting: features)
    >>> np.abs(reduce(described, {}, 1)).round(3).ravel().tolist()
    [5.0, 5.0, 10.0, 10.0]
    """
    from ferrotune.reductions._windowed_pca import decompose

    if rank is None:
        features = described.features(setting)
        return features if features.shape[1] >= MANY else features.astype(float)
    if hasattr(described, "principal_components"):
        return described.principal_components(setting, rank)
    return decompose(described.features(setting), rank)
