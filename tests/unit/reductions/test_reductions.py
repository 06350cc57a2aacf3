"""Every reduction, on descriptors with known parts."""

import doctest

import numpy as np
import pytest

from ferrotune.pipelines import parts
from ferrotune.reductions import ica, nmf, none, pca, svd

NAMES = [name for name in parts.names("reduction") if hasattr(parts.part("reduction", name), "reduce")]
SITES, PIXELS, RANK = 600, 30, 3


class Described:
    """Descriptors held in memory, as a descriptor's `open` gives them."""

    def __init__(self, features):
        self._features = features

    def features(self, setting):
        return self._features


def reduced(part, features, rank=RANK):
    return part.reduce(Described(features.astype(np.float32)), {"alpha": 1.0}, rank)


def shared(found, sources):
    """Least correlation (absolute) of a source with what was found of it, each matched to its best."""
    correlation = np.abs(np.corrcoef(found.T, sources.T)[: found.shape[1], found.shape[1] :])
    assert len(set(correlation.argmax(axis=0))) == sources.shape[1]
    return correlation.max(axis=0).min()


@pytest.fixture(scope="module")
def mixed():
    """Descriptors of three unrelated, uniform sources in orthonormal motifs of different strength, and the sources."""
    rng = np.random.default_rng(0)
    sources = rng.uniform(-1, 1, (SITES, RANK)) * [3.0, 2.0, 1.0]
    motifs = np.linalg.qr(rng.normal(size=(PIXELS, RANK)))[0].T
    return sources @ motifs + 0.01 * rng.normal(size=(SITES, PIXELS)), sources


@pytest.mark.parametrize("name", NAMES)
def test_sites_keep_their_rows_and_the_same_again_is_the_same(name, mixed):
    part = parts.part("reduction", name)
    one, other = (reduced(part, mixed[0]) for _ in range(2))
    assert one.shape == (SITES, PIXELS if name == "none" else RANK)
    assert one.dtype == np.float64 and np.array_equal(one, other)


@pytest.mark.parametrize("name", [name for name in NAMES if parts.part("reduction", name).NESTED and name != "none"])
def test_a_nested_reduction_gives_the_first_numbers_of_a_larger_rank(name, mixed):
    part = parts.part("reduction", name)
    assert reduced(part, mixed[0], 2) == pytest.approx(reduced(part, mixed[0], 3)[:, :2], abs=1e-3)


def test_every_reduction_reduces_or_is_trained():
    trained = [parts.part("reduction", name) for name in parts.names("reduction") if name not in NAMES]
    names = [part.__name__.rpartition(".")[2] for part in trained]
    assert names == ["lstm_vae", "rvae"]  # see test_lstm_vae.py and test_rvae.py
    assert all(hasattr(part, "train") and hasattr(part, "reduce_by") for part in trained)


def test_no_reduction_gives_the_descriptors(mixed):
    assert np.array_equal(reduced(none, mixed[0]), mixed[0].astype(np.float32))
    assert np.array_equal(reduced(pca, mixed[0], None), mixed[0].astype(np.float32))


def test_principal_components_are_the_strong_directions(mixed):
    descriptors, sources = mixed
    found = reduced(pca, descriptors + 5.0)
    assert shared(found, sources) > 0.98 and (np.diff(found.var(axis=0)) < 0).all()
    assert found.mean(axis=0) == pytest.approx(0, abs=1e-4)
    singular = np.linalg.svd(descriptors - descriptors.mean(axis=0), compute_uv=False)[:RANK]
    assert np.sqrt((found**2).sum(axis=0)) == pytest.approx(singular, rel=1e-3)


def test_singular_vectors_keep_the_mean(mixed):
    descriptors = mixed[0] + 0.5
    found = reduced(svd, descriptors)
    singular = np.linalg.svd(descriptors, compute_uv=False)[:RANK]
    assert np.sqrt((found**2).sum(axis=0)) == pytest.approx(singular, rel=1e-3)


def test_independent_components_separate_sources_that_principal_ones_do_not():
    """Sources of the same variance: every rotation has the same variance, but only one is independent."""
    rng = np.random.default_rng(1)
    sources = np.stack([rng.uniform(-1, 1, 2000), np.sign(rng.normal(size=2000)), rng.laplace(size=2000)], axis=1)
    sources /= sources.std(axis=0)
    descriptors = sources @ np.linalg.qr(rng.normal(size=(PIXELS, RANK)))[0].T
    found = reduced(ica, descriptors)
    assert shared(found, sources) > 0.98
    assert found.std(axis=0) == pytest.approx(1, rel=0.01)


def test_parts_that_are_only_added_are_found():
    """Spots of a diffractogram that do not overlap: weights are found up to their scale."""
    rng = np.random.default_rng(2)
    weights = rng.gamma(1.0, size=(SITES, RANK))
    weights[np.arange(SITES), rng.integers(0, RANK, SITES)] = 0  # parts are unique where each is missing somewhere
    spots = np.repeat(np.eye(RANK), PIXELS // RANK, axis=1) * rng.uniform(0.5, 1, PIXELS)
    found = reduced(nmf, weights @ spots)
    assert (found >= 0).all()
    assert shared(found, weights) > 0.99


def test_negative_descriptors_are_shifted_for_nmf():
    descriptors = np.random.default_rng(0).normal(size=(50, 8))
    assert (reduced(nmf, descriptors) >= 0).all()


def test_the_example_runs():
    found = doctest.testmod(pca)
    assert found.attempted and not found.failed
