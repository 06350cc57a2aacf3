"""Every denoiser on a drawn lattice: less noise, the columns where they were, nothing from under the mask."""

import numpy as np
import pytest
from scipy import ndimage

from ferrotune.images import preprocessing
from ferrotune.images.preprocessing import DENOISERS, _noise, denoised
from ferrotune.pipelines import parameters

STRENGTHS = {"gaussian": 1.5, "median": 2, "non_local_means": 1.0, "total_variation": 0.3}
CELL, SIGMA, NOISE = 16, 3.0, 0.15


def lattice(shape=(128, 144)):
    """Columns of height 1 on a square lattice, and their positions (n, 2), px."""
    y, x = np.indices(shape)
    yx = np.argwhere(np.ones((shape[0] // CELL, shape[1] // CELL))) * CELL + CELL / 2
    away = [n % CELL - CELL / 2 for n in (y, x)]
    return np.exp(-(away[0] ** 2 + away[1] ** 2) / (2 * SIGMA**2)).astype(np.float32), yx


def found(image, yx):
    """Centroid (n, 2) of the light around each of the columns within half a cell."""
    offset = np.indices((2 * 5 + 1, 2 * 5 + 1)) - 5
    at = yx.astype(int)[:, :, None, None] + offset
    light = image[tuple(at.transpose(1, 0, 2, 3))]
    light = np.clip(light - np.quantile(light, 0.2, axis=(1, 2))[:, None, None], 0, None)
    return np.stack([(at[:, k] * light).sum(axis=(1, 2)) for k in (0, 1)], axis=1) / light.sum(axis=(1, 2))[:, None]


@pytest.mark.parametrize("name", DENOISERS)
def test_the_noise_is_less_and_the_columns_are_kept(name):
    clean, yx = lattice()
    noisy = clean + NOISE * np.random.default_rng(0).normal(size=clean.shape).astype(np.float32)
    mask = np.ones(clean.shape, bool)
    ready = denoised(noisy, mask, f"{name} {STRENGTHS[name]}")
    assert ready.dtype == np.float32
    assert np.sqrt(((ready - clean) ** 2).mean()) < 0.6 * NOISE
    error = found(ready, yx) - yx  # px
    assert np.abs(error.mean(axis=0)).max() < 0.05 and np.sqrt((error**2).mean()) < 0.2
    assert ndimage.label(ready > 0.5, np.ones((3, 3)))[1] == len(yx)  # each stands alone, and there are no others


@pytest.mark.parametrize("name", DENOISERS)
def test_more_strength_leaves_less(name):
    noise = np.random.default_rng(0).normal(size=(60, 60)).astype(np.float32)
    mask = np.ones(noise.shape, bool)
    left = [denoised(noise, mask, f"{name} {s * STRENGTHS[name]}").std() for s in (1, 2)]
    assert left[1] < left[0] < 0.9


@pytest.mark.parametrize("name", DENOISERS)
def test_what_is_masked_does_not_matter_and_units_neither(name):
    clean, _ = lattice((64, 80))
    noisy = clean + NOISE * np.random.default_rng(1).normal(size=clean.shape).astype(np.float32)
    mask = np.ones(clean.shape, bool)
    mask[20:36, 30:50] = False
    denoise = f"{name} {STRENGTHS[name]}"
    ready = denoised(np.where(mask, noisy, 0), mask, denoise)
    assert (ready[~mask] == 0).all() and np.isfinite(ready).all()
    assert np.array_equal(ready, denoised(np.where(mask, noisy, 1e4), mask, denoise))
    assert denoised(50 * noisy + 300, mask, denoise)[mask] == pytest.approx(50 * ready[mask] + 300, abs=0.05)


@pytest.mark.parametrize("sigma", [0.02, 0.1, 0.5])
def test_the_noise_is_told_from_the_columns(sigma):
    image = lattice()[0] + sigma * np.random.default_rng(0).normal(size=(128, 144)).astype(np.float32)
    assert _noise(image, np.ones(image.shape, bool)) == pytest.approx(sigma, rel=0.05)


def test_denoisers_of_the_config_are_those_that_there_are():
    assert tuple(preprocessing.DENOISERS) == parameters.DENOISERS
