"""Rewards by mixtures: how much better many Gaussians describe the sites than one does."""

import numpy as np

from ferrotune.rewards.registry import reward

SAMPLE = 4000  # sites that mixtures are fitted to
LARGEST_RANK = 64  # components of the descriptors; a full covariance of more takes too long
REFERENCE = "Slautin et al., arXiv 2510.00243 judge latent spaces so; of it only the abstract was at hand: our form"


def _sample(segmentation):
    """Number of labels, and scores (m, r) of some of the sites that have one; None where no mixture can be fitted."""
    kept = segmentation.labels >= 0
    labels, scores = segmentation.labels[kept], segmentation.scores[kept]
    k, some = len(np.unique(labels)), np.random.default_rng(0).permutation(len(labels))[:SAMPLE]
    usable = k > 1 and 0 < scores.shape[1] <= LARGEST_RANK and len(some) >= 4 * k
    return k, scores[some] / np.sqrt(scores.var(axis=0).mean()) if usable else None


@reward(
    "maximise",
    "nat",
    "Variants are states of their own: as many Gaussians as labels describe the sites better than one.",
    f"Schwarz, Ann. Stat. 6, 461 (1978); {REFERENCE}",
    needs=("scores",),
    costly=True,
)
def evidence(segmentation):
    """Gain in log evidence, by the Bayesian information criterion, of a mixture over one Gaussian, nats a site."""
    from sklearn.mixture import GaussianMixture

    k, scores = _sample(segmentation)
    if scores is None:
        return np.nan
    one, many = (GaussianMixture(n, random_state=0, reg_covar=1e-6).fit(scores).bic(scores) for n in (1, k))
    return (one - many) / (2 * len(scores))


@reward(
    "maximise",
    "nat",
    "The same, told from sites that were not fitted: a mixture that fits noise gains nothing there.",
    f"Blei and Jordan, Bayesian Anal. 1, 121 (2006); {REFERENCE}",
    needs=("scores",),
    costly=True,
)
def bayesian_evidence(segmentation):
    """Gain in log density of held-out sites of a variational Bayesian mixture over one Gaussian, nats a site."""
    from sklearn.mixture import BayesianGaussianMixture

    k, scores = _sample(segmentation)
    if scores is None:
        return np.nan
    fitted, held = scores[::2], scores[1::2]
    one, many = (
        BayesianGaussianMixture(n_components=n, random_state=0, reg_covar=1e-6).fit(fitted).score(held) for n in (1, k)
    )
    return many - one
