"""Every denoiser on a drawn lattice: less noise, the columns where they were, nothing from under the mask."""

import numpy as np
import pytest
from scipy import ndimage

from ferrotune.images import preprocessing
from ferrotune.images.preprocessing import DENOISERS, denoised
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
    """Centroid (n, 2) of the intensity around each of the columns within half a cell."""
    offset = np.indices((2 * 5 + 1, 2 * 5 + 1)) - 5
    at = yx.astype(int)[:, :, None, None] + offset
    bright = image[tuple(at.transpose(1, 0, 2, 3))]
    bright = np.clip(bright - np.quantile(bright, 0.2, axis=(1, 2))[:, None, None], 0, None)
    return np.stack([(at[:, k] * bright).sum(axis=(1, 2)) for k in (0, 1)], axis=1) / bright.sum(axis=(1, 2))[:, None]


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
def test_masked_pixels_do_not_matter_and_units_neither(name):
    clean, _ = lattice((64, 80))
    noisy = clean + NOISE * np.random.default_rng(1).normal(size=clean.shape).astype(np.float32)
    mask = np.ones(clean.shape, bool)
    mask[20:36, 30:50] = False
    denoise = f"{name} {STRENGTHS[name]}"
    ready = denoised(np.where(mask, noisy, 0), mask, denoise)
    assert (ready[~mask] == 0).all() and np.isfinite(ready).all()
    assert np.array_equal(ready, denoised(np.where(mask, noisy, 1e4), mask, denoise))
    assert denoised(50 * noisy + 300, mask, denoise)[mask] == pytest.approx(50 * ready[mask] + 300, abs=0.05)


def test_the_config_names_all_denoisers():
    assert tuple(preprocessing.DENOISERS) == parameters.DENOISERS
