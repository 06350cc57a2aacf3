"""Frames: the drift of a lattice is found to a fraction of a pixel, and noise falls with their number."""

import numpy as np
import pytest
from scipy import ndimage

from ferrotune.errors import InputError
from ferrotune.images.frames import _drift_from, aligned_mean
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen

MARGIN = 40


@pytest.fixture(scope="module")
def specimen():
    """A film (y, x) almost without noise, cells of 16 px, its brightest pixel 1."""
    settings = {"cell_px": (16.0, 16.0), "probe_sigma_px": 2.2, "pixel_size_pm": 25.0}
    film = simulate(Specimen(shape=(330, 350), dose=1e6, **settings), seed=1).image
    return np.nan_to_num(film, nan=np.nanmedian(film)) / np.nanmax(film)


def recorded(specimen, drift, dose, rng):
    """Frames of the middle of a specimen, drifted, with shot noise of `dose` counts at the brightest pixel."""
    moved = (ndimage.shift(specimen, one, order=5, mode="nearest") for one in drift)
    inside = np.s_[MARGIN:-MARGIN, MARGIN:-MARGIN]
    return np.stack([rng.poisson(dose * np.clip(one[inside], 0, None)) for one in moved])


@pytest.mark.parametrize(("dose", "within"), [(5, 0.4), (50, 0.15)])
def test_drift_of_a_lattice_is_found(specimen, dose, within):
    """Further than a cell altogether, but less than half a cell from each frame to the next."""
    rng = np.random.default_rng(3)
    drift = np.cumsum(np.vstack([[0, 0], rng.uniform(0.5, 4, (7, 2)) * [1, -1]]), axis=0)
    assert np.abs(drift).max() > 16 * 0.7
    mean, found = aligned_mean(recorded(specimen, drift, dose, rng))
    assert np.abs(found - drift).max() < within
    assert np.isnan(mean[-int(drift[-1, 0]) :]).all() and np.isfinite(mean[10:100, 30:200]).all()


def test_noise_stays_white_and_falls_with_the_number_of_frames(specimen):
    rng = np.random.default_rng(4)
    drift = np.column_stack([np.arange(9) * 0.37, np.arange(9) * -0.61])
    frames = recorded(specimen, drift, 30, rng).astype(float)
    inner = np.s_[20:-20, 20:-20]
    ideal = 30 * specimen[MARGIN:-MARGIN, MARGIN:-MARGIN]
    noise = (aligned_mean(frames)[0] - ideal)[inner]
    alone = (frames[0] - ideal)[inner]
    assert noise.std() == pytest.approx(alone.std() / 3, rel=0.15)
    beside = np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1]
    assert abs(beside) < 0.1


def test_hot_pixels_of_the_detector_do_not_hold_the_frames(specimen):
    rng = np.random.default_rng(5)
    drift = np.column_stack([np.arange(5) * 1.3, np.arange(5) * 0.9])
    frames = recorded(specimen, drift, 30, rng)
    frames[:, 50, 60] = frames[:, 120, 90] = 60_000
    assert np.abs(aligned_mean(frames)[1] - drift).max() < 0.3


def test_frames_with_nothing_in_them_stay_where_they_are():
    mean, drift = aligned_mean(np.full((3, 40, 40), 7.0))
    assert (drift == 0).all() and np.allclose(mean, 7.0)


def test_frames_with_values_too_large_to_calculate_with_are_refused_in_one_line(specimen):
    largest = np.full(specimen.shape, 1e200 + 0j)  # a spectrum whose product with another one is not finite
    with np.errstate(all="ignore"), pytest.raises(InputError, match="some values are too large"):
        _drift_from(1e200 * largest, specimen, np.zeros(2))
