"""Randomised singular value decomposition: as PCA, but the mean is not subtracted."""

from ferrotune.pipelines.parameters import RANK, RANKED, Parameter

PARAMETERS = {"rank": Parameter(RANK, *RANKED)}
NESTED = True


def reduce(described, setting, rank):
    """Scores (site, rank) by falling singular value (Halko et al., SIAM Rev. 53, 217 (2011))."""
    from sklearn.decomposition import TruncatedSVD

    features = described.features(setting)
    rank = min(rank, features.shape[1] - 1)
    return TruncatedSVD(rank, random_state=0).fit_transform(features).astype(float)
