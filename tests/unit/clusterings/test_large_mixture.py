"""The mixture of raw patches takes scikit-learn's steps: the same labels, bounds and number of steps."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from ferrotune.clusterings import gmm
from ferrotune.clusterings._large_mixture import fit_from, kmeans_start
from ferrotune.clusterings._mixture_covariances import FORMS, Full, Unresolved

COMPONENTS = 4


class Started(GaussianMixture):
    """scikit-learn's mixture from given labels."""

    def started(self, labels):
        self._labels = labels
        return self

    def _initialize_parameters(self, X, random_state, xp=None):
        self._initialize(X, np.eye(self.n_components)[self._labels])


def patches(n, d, noise=0.5, seed=0):
    """Values (n, d) float32 of mean variance 1: a motif for each of four variants, eight common modes, and noise."""
    rng = np.random.default_rng(seed)
    motifs = 0.3 * rng.normal(size=(COMPONENTS, d))[rng.integers(COMPONENTS, size=n)]
    modes = rng.normal(size=(8, d)) * np.linspace(2, 0.1, 8)[:, None]
    values = motifs + rng.normal(size=(n, 8)) @ modes + noise * rng.normal(size=(n, d))
    return (values / np.sqrt(values.var(axis=0).mean())).astype(np.float32)


def compared(values, covariance):
    """Agreement (ARI) with scikit-learn from the same start; the bounds of both at the last step; their steps."""
    start = kmeans_start(values, COMPONENTS, seed=0)
    plain = Started(COMPONENTS, covariance_type=covariance, reg_covar=gmm.REGULARISATION).started(start)
    labels, bounds = fit_from(values, start, covariance, gmm.REGULARISATION)
    agreement = adjusted_rand_score(plain.fit_predict(values.astype(float)), labels)
    return agreement, (plain.lower_bound_, bounds[-2]), (plain.n_iter_, len(bounds) - 1)


@pytest.mark.parametrize("covariance", FORMS)
@pytest.mark.parametrize(("n", "d"), [(1500, 64), (2000, 200), (600, 300)])
def test_labels_bound_and_steps_are_those_of_scikit_learn(n, d, covariance):
    agreement, bounds, steps = compared(patches(n, d), covariance)
    assert agreement >= 0.99
    assert bounds[1] == pytest.approx(bounds[0], abs=1e-4)  # nat a site; a fit ends when a step adds less than 1e-3
    assert steps[1] == steps[0]


def overlapping(n):
    """Windows of a smooth image, a few px apart, as float32 values (n, 144): neighbouring pixels are nearly equal."""
    from scipy.ndimage import gaussian_filter

    image = gaussian_filter(np.random.default_rng(0).normal(size=(6 * n + 12, 24)), 1.5)
    return np.stack([image[6 * i : 6 * i + 12, 6:18].ravel() for i in range(n)]).astype(np.float32) * 5


@pytest.mark.parametrize("covariance", FORMS)
@pytest.mark.parametrize(
    "values",
    [
        pytest.param(patches(150, 200), id="fewer sites than numbers"),
        pytest.param(np.hstack([patches(700, 60)] * 2), id="pixels twice"),
        pytest.param(np.hstack([patches(700, 60), np.zeros((700, 20), np.float32)]), id="constant pixels"),
        pytest.param(patches(900, 80, noise=0.0), id="no noise"),
        pytest.param(overlapping(600), id="smooth windows that overlap"),
    ],
)
def test_singular_covariances_are_treated_as_in_scikit_learn(values, covariance):
    agreement, bounds, steps = compared(values, covariance)
    assert agreement >= 0.99
    assert bounds[1] == pytest.approx(bounds[0], abs=2e-3)
    assert steps[1] == steps[0]


def test_single_precision_refuses_a_covariance_that_it_does_not_resolve():
    values = patches(700, 80, noise=0.0)
    for dtype, resolved in ((np.float32, False), (float, True)):
        components = Full(values.astype(dtype), 1, gmm.REGULARISATION)
        components.begin()
        components.add(slice(None), np.ones((len(values), 1)))
        if resolved:
            components.finish()
        else:
            with pytest.raises(Unresolved):
                components.finish()


@pytest.mark.parametrize("covariance", FORMS)
def test_raw_patches_have_the_same_labels_again(covariance):
    values, setting = patches(1200, 80), {"components": COMPONENTS, "covariance": covariance}
    labels = gmm.cluster(values, setting, seed=3)
    assert np.array_equal(labels, gmm.cluster(values, setting, seed=3))


def test_a_fit_starts_from_clusters_that_noise_in_many_pixels_does_not_hide():
    rng = np.random.default_rng(0)
    truth = rng.integers(COMPONENTS, size=800)
    motifs = 0.35 * rng.normal(size=(COMPONENTS, 600))
    values = (motifs[truth] + rng.normal(size=(800, 600))).astype(np.float32)
    assert adjusted_rand_score(truth, kmeans_start(values, COMPONENTS, seed=0)) > 0.99


def test_below_the_threshold_labels_are_scikit_learns_own():
    values = patches(600, gmm.MANY - 1).astype(float)
    plain = GaussianMixture(COMPONENTS, covariance_type="tied", reg_covar=gmm.REGULARISATION, random_state=0)
    labels = gmm.cluster(values, {"components": COMPONENTS, "covariance": "tied"}, seed=0)
    assert np.array_equal(plain.fit_predict(values), labels)
