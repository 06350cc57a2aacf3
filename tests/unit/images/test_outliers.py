"""Outliers: every kind is found where it was put, and nothing is found in films, whatever their dose and sampling."""

import logging

import numpy as np
import pytest

from ferrotune.images.normalisation import prepare
from ferrotune.images.outliers import without_outliers
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

SHAPE = (320, 340)


def film(cell=16.0, dose=300.0, width=0.13, **settings):
    """Counts (y, x) of a film; cell_px is the length of a cell, and the width of a column is a share of the cell."""
    sampled = {"cell_px": (cell, 1.02 * cell), "probe_sigma_px": width * cell, "pixel_size_pm": 400 / cell}
    return simulate(Specimen(shape=SHAPE, dose=dose, **sampled, **settings), seed=7).image.astype(float)


def cleaned(data):
    return without_outliers(data, np.isfinite(data))


@pytest.fixture(scope="module")
def good():
    return film()


@pytest.mark.parametrize("dose", [1, 5, 100, 10_000, np.inf])
@pytest.mark.parametrize(("cell", "width"), [(8, 0.1), (10, 0.15), (26, 0.1), (40, 0.12)])
def test_columns_and_shot_noise_are_no_outliers(dose, cell, width):
    data = film(cell, dose, width)
    same, usable = cleaned(data)
    assert np.array_equal(same, data) and usable.all()


@pytest.mark.parametrize("counts", [0.01, 0.03, 0.1, 0.3, 1, 3])
def test_single_electrons_are_no_outliers(counts):
    data = np.random.default_rng(3).poisson(counts, (900, 900)).astype(float)
    same, usable = cleaned(data)
    assert np.array_equal(same, data) and usable.all()


def test_holes_edges_and_clipped_columns_are_no_outliers():
    ragged = film(dose=50, holes=4, ragged_cells=3.0, thickness_variation=0.3)
    clipped = film(20.0, np.inf)
    clipped = np.rint(np.clip((clipped - clipped.min()) / (np.percentile(clipped, 95) - clipped.min()), 0, 1) * 255)
    small = np.random.default_rng(0).poisson(0.5, SHAPE).astype(float)
    small[100:200, 120:230] += film(10.0)[:100, :110]
    for data in (ragged, clipped, small):
        same, usable = cleaned(data)
        assert np.array_equal(same, data) and usable.all()


def test_an_image_drawn_without_noise_has_no_dead_rows():
    y, x = np.mgrid[:300, :300]
    drawn = np.rint(255 * sum(np.exp(-((y % 20 - c) ** 2 + (x % 20 - c) ** 2) / 2.0) for c in (5, 15)))
    assert (np.ptp(drawn, axis=1) == 0).any()  # between the columns
    same, usable = cleaned(drawn)
    assert np.array_equal(same, drawn) and usable.all()


@pytest.mark.parametrize("value", [-30_000, 2_000, 65_535, 1e12])
def test_hot_and_dead_pixels_are_filled(good, value, caplog):
    caplog.set_level(logging.INFO, "ferrotune")
    data = good.copy()
    y, x = np.random.default_rng(1).integers(2, 318, (2, 60))
    data[y, x] = value
    clean, usable = cleaned(data)
    changed = clean != data
    assert usable.all() and changed[y, x].all() and changed.sum() == len(set(zip(y, x, strict=True)))
    assert np.abs(clean - good)[y, x].max() < 0.6 * np.ptp(good)  # shot noise, and the curvature of a column
    assert f"{changed.sum()} outlying pixels" in caplog.text


def test_one_pixel_in_a_hundred(good):
    data = good.copy()
    hot = np.random.default_rng(2).random(SHAPE) < 0.01
    data[hot] = 3_000
    clean, usable = cleaned(data)
    assert usable.all() and np.array_equal(clean != good, hot | (clean != data)) and clean.max() < 1.2 * good.max()
    assert (clean != data).sum() == hot.sum()


def test_hits_of_several_pixels_go_with_their_blurred_edges(good):
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    hit = 20_000 * np.exp(-((y - 100) ** 2 + (x - 150) ** 2) / (2 * 1.2**2))
    clean, usable = cleaned(good + hit)
    assert np.abs(clean - good)[usable].max() < np.ptp(good)
    assert (~usable).sum() < 120 and not usable[100, 150]
    data = good.copy()
    data[200:202, 90:93] = 5_000
    clean, usable = cleaned(data)
    assert usable.all() and clean[200:202, 90:93].max() < good.max()


def test_a_rotated_scan_with_all_of_it(good):
    data = film(scan_rotation_deg=8.0)
    seen = np.isfinite(data)
    spoilt = data.copy()
    spoilt[160, seen[160]] = 0
    spoilt[80, 170] = spoilt[240, 100] = 40_000
    spoilt[~seen] = np.inf
    clean, usable = without_outliers(spoilt, seen)
    assert np.array_equal(usable, seen) and np.array_equal(clean[seen] != data[seen], spoilt[seen] != data[seen])
    assert np.abs(clean - data)[seen].max() < np.ptp(good)


@pytest.mark.parametrize("value", [0.0, 90.0, 65_535.0])
@pytest.mark.parametrize("turned", [False, True])
def test_dead_rows_and_columns(good, value, turned):
    data = good.copy()
    data[50] = data[120:122] = data[200:206] = value
    clean, usable = cleaned(data.T if turned else data)
    clean, usable = (clean.T, usable.T) if turned else (clean, usable)
    assert not usable[200:206].any() and usable.sum() == usable.size - 6 * SHAPE[1]
    thin = np.r_[50, 120, 121]
    assert np.corrcoef(clean[thin].ravel(), good[thin].ravel())[0, 1] > 0.6
    left = np.setdiff1d(np.arange(SHAPE[0]), np.r_[thin, 200:206])
    assert np.array_equal(clean[left], good[left])


def test_saturated_areas_are_masked(good):
    data = good.copy()
    data[100:150, 200:230] = data.max()
    data[20:27, 30:39] = data.max()
    _, usable = cleaned(data)
    assert not usable[100:150, 200:230].any() and not usable[20:27, 30:39].any()
    assert (~usable).sum() <= 50 * 30 + 7 * 9 + 4


def test_hot_pixels_do_not_change_the_normalised_image(good):
    data = good.copy()
    data[np.r_[10, 100, 200], np.r_[20, 200, 300]] = 65_535
    everywhere = np.ones(SHAPE, bool)
    spoilt, good_image = prepare(data, everywhere)[0], prepare(good, everywhere)[0]
    assert np.abs(spoilt - good_image)[data == good].max() < 1e-3
