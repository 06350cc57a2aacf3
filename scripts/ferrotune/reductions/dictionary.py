"""Dictionary learning: a few of many learned spectra describe each site, as the weights of a sparse code."""

from ferrotune.pipelines.parameters import POSITIVE, RANK, RANKED, Parameter

PARAMETERS = {
    "rank": Parameter(RANK, *RANKED),
    "alpha": Parameter(POSITIVE, "\N{GREEK SMALL LETTER ALPHA} {}"),
}
NESTED = False
PASSES = 50  # over the sites, at most: it ends earlier where it does not improve. Ours


def reduce(described, setting, rank):
    """Weights (site, rank) of learned spectra; the larger `alpha`, the fewer are not zero.

    Mairal et al., ICML 2009. The descriptors are divided by their standard deviation, so that a value of `alpha` means
    the same whatever the unit. A loop of 96 steps is then some 10 long: 12 leaves nothing of all but the largest.
    """
    import warnings

    from sklearn.decomposition import MiniBatchDictionaryLearning
    from sklearn.exceptions import ConvergenceWarning

    features = described.features(setting).astype(float)
    features /= max(features.std(), 1e-300)
    learner = MiniBatchDictionaryLearning(
        rank, alpha=setting["alpha"], max_iter=PASSES, batch_size=256, transform_algorithm="lasso_cd", random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return learner.fit_transform(features).astype(float)
