"""The slow background is taken off where it hides the lattice, and good images stay as they are."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from ferrotune.columns.finding import find_columns
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.sublattices import A, B
from ferrotune.images.normalisation import prepare
from ferrotune.images.slow_background import repeat_px, without_slow_background, without_steps
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

SIXTEEN_PX = {"cell_px": (16.0, 16.0), "probe_sigma_px": 3.0, "pixel_size_pm": 25.0, "shape": (384, 400)}
FILM = simulate(Specimen(dose=np.inf, **SIXTEEN_PX), seed=5)
Y, X = np.indices(FILM.image.shape)
BACKGROUNDS = {
    "hill": np.exp(-((Y - 190.0) ** 2 + (X - 180.0) ** 2) / 2 / 80.0**2),
    "ramp": (X + 0.3 * Y) / 400,
    "step": (X + 0.2 * Y > 230).astype(float),
    "particle": (np.hypot(Y - 150, X - 230) < 40).astype(float),
}


def seen(background=0.0, dose=150.0):
    counts = np.random.default_rng(1).poisson((FILM.image + background) * dose)
    return prepare(counts, np.ones(counts.shape, bool))


@pytest.mark.parametrize("kind", BACKGROUNDS)
def test_an_added_background_changes_neither_lattice_nor_sublattices(kind):
    image, mask = seen(2 * BACKGROUNDS[kind])
    lattice = find_lattice(image, mask)
    assert lattice.cell_px == pytest.approx(16.0, rel=0.005)
    columns = find_columns(image, mask, lattice)
    inner = ((FILM.columns_yx > 4) & (FILM.columns_yx < np.array(image.shape) - 5)).all(axis=1)
    for sublattice in (A, B):
        true = FILM.columns_yx[inner & (FILM.sublattice == sublattice)]
        distance, _ = cKDTree(columns.of(sublattice)).query(true)
        assert (distance < 0.15 * 16).mean() > 0.975  # at a step of twice A, shot noise hides a few B columns


def test_good_images_stay_as_they_are():
    image, mask = seen()
    assert without_slow_background(image, mask)[0] is image
    assert without_steps(image, mask, 16.0) is image


def test_the_planes_of_a_film_are_found_under_a_strong_background():
    assert repeat_px(*seen()) == pytest.approx(16.0, rel=0.05)
    for background in BACKGROUNDS.values():
        assert repeat_px(*seen(8 * background)) == pytest.approx(16.0, rel=0.05) or repeat_px(
            *seen(8 * background)
        ) == pytest.approx(16 / np.sqrt(2), rel=0.05)


def test_noise_repeats_nowhere():
    noise = np.random.default_rng(0).normal(size=(300, 300))
    assert repeat_px(noise, np.ones(noise.shape, bool)) is None
