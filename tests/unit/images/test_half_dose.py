"""Two images of half the dose: the same image, and independent noise."""

import numpy as np
import pytest

from ferrotune.images.half_dose import split_dose

RNG = np.random.default_rng(0)
Y, X = np.mgrid[:400, :400]
LEVEL = 60 + 40 * np.cos(2 * np.pi * Y / 20) * np.cos(2 * np.pi * X / 20)
MASK = np.ones(LEVEL.shape, bool)
MASK[:40] = False


def noise_of(halves):
    return [half[MASK] - LEVEL[MASK] for half in halves]


@pytest.mark.parametrize("unit_of", ["counts", "other units"])
def test_halves_have_the_level_and_independent_noise_of_twice_the_variance(unit_of):
    image = RNG.poisson(LEVEL).astype(np.float32)
    image[~MASK] = 0
    unit, offset = (1.0, 0.0) if unit_of == "counts" else (0.01, -3.0)
    *halves, way = split_dose(unit * image + offset, MASK, 1)
    assert ("thinned" in way) == (unit_of == "counts")
    one, other = noise_of([(half - offset) / unit for half in halves])
    for noise in (one, other):
        assert abs(noise.mean()) < 0.1
        for part in (LEVEL[MASK] < 50, LEVEL[MASK] > 80):  # shot noise grows with the level
            assert noise[part].var() == pytest.approx(2 * LEVEL[MASK][part].mean(), rel=0.06)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03
    assert all(half.dtype == np.float32 and half.shape == image.shape for half in halves)


def test_thinned_counts_are_counts_that_add_up():
    image = RNG.poisson(LEVEL).astype(np.float32)
    one, other, _ = split_dose(image, np.ones_like(MASK), 1)
    assert np.array_equal((one + other) / 2, image)
    assert (one % 2 == 0).all() and one.min() >= 0


def test_whole_numbers_are_not_always_counts():
    """Grey levels of a camera: whole, but with a variance of their own."""
    grey = np.rint(20 * RNG.poisson(LEVEL))
    assert "no counts" in split_dose(grey, MASK, 1)[2]


def test_the_same_seed_splits_alike():
    image = RNG.normal(LEVEL, 3).astype(np.float32)
    first, again, other = (split_dose(image, MASK, seed)[0] for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() and not np.array_equal(first, other)
