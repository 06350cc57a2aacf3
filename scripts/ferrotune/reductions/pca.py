"""Principal components: exact, from the covariance where the descriptor keeps one."""

from ferrotune.pipelines.parameters import RANK_OR_NONE, RANKED, Parameter

PARAMETERS = {"rank": Parameter(RANK_OR_NONE, *RANKED)}
NESTED = True


def reduce(described, setting, rank):
    """Scores (site, rank), by falling variance; rank None: the descriptors themselves, as the paper clusters them."""
    from ferrotune.reductions._windowed_pca import decompose

    if rank is None:
        return described.features(setting).astype(float)
    if hasattr(described, "principal_components"):
        return described.principal_components(setting, rank)
    return decompose(described.features(setting), rank)
