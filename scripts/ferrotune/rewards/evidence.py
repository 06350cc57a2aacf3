"""Rewards from mixtures: how much better several Gaussians describe the sites than one Gaussian."""

import numpy as np

from ferrotune.rewards.registry import reward

SAMPLE = 4000  # sites that mixtures are fitted to
LARGEST_RANK = 64  # components of the descriptors; a full covariance of more takes too long
REFERENCE = "Slautin et al., arXiv 2510.00243 judge latent spaces so; we read only its abstract: the form is ours"


def _gain(segmentation, judged):
    """Value of `judged` (function of a number of Gaussians and scores) for as many as labels, minus that for one."""
    kept = segmentation.labels >= 0
    labels, scores = segmentation.labels[kept], segmentation.scores[kept]
    k, some = len(np.unique(labels)), np.random.default_rng(0).permutation(len(labels))[:SAMPLE]
    if k < 2 or not 0 < scores.shape[1] <= LARGEST_RANK or len(some) < 4 * k:
        return np.nan
    scores = scores[some] / np.sqrt(scores.var(axis=0).mean())
    return judged(k, scores) - judged(1, scores)


@reward(
    "maximise",
    "nat",
    "Variants are distinct: as many Gaussians as labels describe the sites better than one.",
    f"Schwarz, Ann. Stat. 6, 461 (1978); {REFERENCE}",
    needs=("scores",),
    costly=True,
)
def evidence(segmentation):
    """Gain in log evidence, by the Bayesian information criterion, of a mixture over one Gaussian, nats a site."""
    from sklearn.mixture import GaussianMixture

    def of_fitted(n, scores):
        return -GaussianMixture(n, random_state=0, reg_covar=1e-6).fit(scores).bic(scores) / (2 * len(scores))

    return _gain(segmentation, of_fitted)


@reward(
    "maximise",
    "nat",
    "The same, on sites that were not fitted: a mixture that fits noise gains nothing there.",
    f"Blei and Jordan, Bayesian Anal. 1, 121 (2006); {REFERENCE}",
    needs=("scores",),
    costly=True,
)
def bayesian_evidence(segmentation):
    """Gain in log density of held-out sites of a variational Bayesian mixture over one Gaussian, nats a site."""
    from sklearn.mixture import BayesianGaussianMixture

    def of_held_out(n, scores):
        mixture = BayesianGaussianMixture(n_components=n, random_state=0, reg_covar=1e-6)
        return mixture.fit(scores[::2]).score(scores[1::2])

    return _gain(segmentation, of_held_out)
