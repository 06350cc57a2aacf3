"""Principal components from a covariance are those of the windows themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from ferrotune.reductions._windowed_pca import Moments, decompose, principal_axes, project, provisional_means

SHAPE = (13, 11)


def patches_of(n=400, noise=0.5, offset=0.0, seed=0):
    """Patches (n, y, x) of a few smooth motifs in noise, and which motif each shows."""
    rng = np.random.default_rng(seed)
    y, x = np.indices(SHAPE)
    motifs = np.stack([np.cos(a * y / 3 + b * x / 4 + c) for a, b, c in rng.uniform(0, 3, (4, 3))])
    weights = rng.normal(size=(n, 4)) * [3, 2, 1.5, 1]
    patches = np.tensordot(weights, motifs, 1) + noise * rng.normal(size=(n, *SHAPE)) + offset
    return patches.astype(np.float32)


def window_of(height, width):
    inside = np.zeros(SHAPE, bool)
    top, left = (SHAPE[0] - height) // 2, (SHAPE[1] - width) // 2
    inside[top : top + height, left : left + width] = True
    return inside.ravel()


def moments(patches, site_class, provisional, step):
    total = None
    for start in range(0, len(patches), step):
        part = slice(start, start + step)
        sums = Moments.of(patches[part], site_class[part], provisional, True)
        if total is None:
            total = sums
        else:
            total.add(sums)
    return total.statistics(provisional)


@settings(max_examples=15)
@given(step=st.integers(1, 400), offset=st.floats(-100, 100))
def test_statistics_do_not_depend_on_blocks_or_on_the_level(step, offset):
    flat = patches_of(offset=offset).reshape(400, -1)
    site_class = np.zeros(400, int)
    mean, covariance = moments(flat, site_class, provisional_means(flat[:50], site_class[:50], 1), step)
    assert mean[0] == pytest.approx(flat.mean(axis=0, dtype=float), abs=1e-4)
    assert covariance == pytest.approx(np.cov(flat.T.astype(float), bias=True), abs=2e-3)


def test_each_sublattice_has_a_mean_of_its_own():
    flat = patches_of().reshape(400, -1)
    site_class = np.arange(400) % 2
    lifted = flat + np.array([[0.0], [50.0]], np.float32)[site_class]
    _, plain = moments(flat, site_class, provisional_means(flat[:1], site_class[:1], 2), 64)
    means, covariance = moments(lifted, site_class, provisional_means(lifted[:1], site_class[:1], 2), 64)
    assert (means[1] - means[0]).mean() == pytest.approx(50, abs=0.5)
    assert covariance == pytest.approx(plain, abs=2e-2)


@pytest.mark.parametrize(("height", "width"), [(13, 11), (9, 11), (5, 7), (3, 3)])
@pytest.mark.parametrize("rank", [2, 4])
def test_components_of_every_window_are_those_of_its_own_pixels(height, width, rank):
    """What a full singular value decomposition of the window gives, up to the sign."""
    flat = patches_of().reshape(400, -1)
    site_class = np.zeros(400, int)
    mean, covariance = moments(flat, site_class, provisional_means(flat, site_class, 1), 100)
    inside = window_of(height, width)
    axes = principal_axes(covariance, np.flatnonzero(inside), rank)
    assert not axes[~inside].any()
    scores = project([flat[:150], flat[150:]], site_class, mean, axes)
    expected = PCA(rank, svd_solver="full").fit_transform(flat[:, inside].astype(float))
    signs = np.sign((scores * expected).sum(axis=0))
    assert scores * signs == pytest.approx(expected, abs=2e-3 * np.abs(expected).max())
    assert decompose(flat[:, inside], rank) * np.sign((decompose(flat[:, inside], rank) * expected).sum(axis=0)) == (
        pytest.approx(expected, abs=2e-3 * np.abs(expected).max())
    )


def test_lanczos_and_the_dense_solver_agree(monkeypatch):
    flat = patches_of(noise=1.0).reshape(400, -1)
    covariance = np.cov(flat.T).astype(np.float32)
    inside = window_of(13, 11)
    found = {}
    for dense in (0, 1000):
        monkeypatch.setattr("ferrotune.reductions._windowed_pca.DENSE", dense)
        found[dense] = principal_axes(covariance, np.flatnonzero(inside), 4)
    assert np.abs((found[0] * found[1000]).sum(axis=0)) == pytest.approx(1, abs=1e-4)


def test_scores_are_orthogonal_and_of_falling_variance():
    scores = decompose(patches_of().reshape(400, -1), 6)
    covariance = np.cov(scores.T)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 1e-4 * covariance.max()
    assert (np.diff(np.diag(covariance)) <= 0).all()


def test_rank_is_at_most_the_number_of_pixels_or_of_sites_minus_1():
    flat = patches_of(10).reshape(10, -1)
    assert decompose(flat, 16).shape == (10, 9)
    assert decompose(flat[:, :5], 16).shape == (10, 5)
    assert principal_axes(np.eye(143, dtype=np.float32), np.flatnonzero(window_of(3, 3)), 16).shape == (143, 9)


def test_same_covariance_same_bytes():
    covariance = np.cov(patches_of().reshape(400, -1).T).astype(np.float32)
    assert principal_axes(covariance, np.arange(143), 4).tobytes() == (
        principal_axes(covariance, np.arange(143), 4).tobytes()
    )
