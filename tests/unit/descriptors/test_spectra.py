"""Spectra of known waves and lattices: each wave has its own frequency, wherever the window is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferrotune.descriptors._spectra import binning, extent, frequencies, magnitudes, scaled

CELL = 12.6  # px: no whole number
SHAPE = (150, 160)


def wave(cycles, phase=0.0, shape=SHAPE):
    """A plane wave of so many cycles a cell along y and x."""
    y, x = np.indices(shape)
    return np.cos(2 * np.pi * (cycles[0] * y + cycles[1] * x) / CELL + phase).astype(np.float32)


def spectrum(image, window, taper="hann", rows=(75.3,), columns=(80.8,)):
    """Magnitudes (r, c, p) of all windows at once."""
    parts = magnitudes(image, np.array(rows), np.array(columns), window, CELL, taper)
    return np.concatenate([values for _, values in parts], axis=1)


def frequency(window, strongest):
    return tuple(frequencies(window)[strongest] / window)


@pytest.mark.parametrize("taper", ["hann", "none"])
@pytest.mark.parametrize("cycles", [(1, 0), (0, 1), (1, -1), (2, 1), (-2, 1)])
def test_a_wave_lands_in_its_own_frequency(cycles, taper):
    found = spectrum(wave(cycles, 0.7), 3, taper)[0, 0]
    expected = cycles if cycles[1] > 0 or (cycles[0] > 0 and cycles[1] == 0) else (-cycles[0], -cycles[1])
    assert frequency(3, found.argmax()) == expected
    # half the amplitude, times the sum of the taper: a quarter of the area for Hann
    area = (3 * CELL) ** 2 * (0.25 if taper == "hann" else 1)
    assert found.max() == pytest.approx(area / 2, rel=0.01)


def test_a_hann_window_leaks_into_the_next_frequencies_only():
    found = spectrum(wave((1, 1)), 4)[0, 0]
    away = np.abs(frequencies(4) - [4, 4]).max(axis=1)
    assert found[away == 1].max() == pytest.approx(found.max() / 2, rel=0.02)
    assert found[away > 1].max() < 0.002 * found.max()


@settings(max_examples=20, deadline=None)
@given(st.floats(60, 90), st.floats(60, 100), st.floats(0, 6))
def test_magnitudes_do_not_depend_on_the_place_of_the_window(y, x, phase):
    """Waves whose tails overlap: only with copies half a cell apart they do not depend on the place."""
    image = wave((1, 0), phase) + wave((2, 0), 1.0) + 0.5 * wave((1, 1), 2.0)
    there, here = (spectrum(image, 2, rows=[r], columns=[c])[0, 0] for r, c in ((y, x), (75.0, 80.0)))
    assert there == pytest.approx(here, abs=0.01 * float(here.max()))


def test_background_and_sign_of_the_contrast_have_no_effect():
    image = wave((1, 1)) + wave((0, 2), 0.4)
    plain = spectrum(image, 3)
    assert spectrum(image + 40, 3) == pytest.approx(plain, abs=1e-4 * float(plain.max()))
    assert spectrum(-image, 3) == pytest.approx(plain, abs=1e-4 * float(plain.max()))
    assert spectrum(np.full(SHAPE, 3.0, np.float32), 3) == pytest.approx(0, abs=1e-2)


def test_an_image_and_its_inversion_have_the_same_magnitudes():
    """Friedel's law: the descriptor cannot distinguish P from -P, as the documentation says."""
    rng = np.random.default_rng(0)
    image = rng.normal(size=(151, 151)).astype(np.float32)
    straight, inverted = (spectrum(i, 3, rows=[75.0], columns=[75.0]) for i in (image, image[::-1, ::-1]))
    assert inverted == pytest.approx(straight, rel=1e-3)


def test_half_the_disc_of_frequencies_is_kept_whatever_the_sampling():
    found = frequencies(4)
    assert len({tuple(k) for k in found} | {tuple(-k) for k in found}) == 2 * len(found)
    assert (0, 0) not in {tuple(k) for k in found}
    assert np.hypot(*found.T).max() <= 12
    assert len(found) == pytest.approx(np.pi * 12**2 / 2, rel=0.05)


def test_noise_has_the_power_of_its_taper():
    """Parseval: the mean power of white noise is the sum of the squared taper, (3 / 8)^2 of the area for Hann."""
    rng = np.random.default_rng(1)
    image = rng.normal(size=(500, 500)).astype(np.float32)
    centres = np.arange(40.0, 460, 20)
    power = spectrum(image, 3, rows=centres, columns=centres) ** 2
    high = np.hypot(*frequencies(3).T) > 3  # where the subtracted mean has no effect
    assert power[..., high].mean() == pytest.approx((3 * CELL * 3 / 8) ** 2, rel=0.05)


def test_windows_by_blocks_are_windows_one_by_one():
    image = np.random.default_rng(2).normal(size=(60, 900)).astype(np.float32)
    columns = 40.0 + 12.6 * np.arange(60)
    assert np.array_equal(
        spectrum(image, 2, rows=[30.0], columns=columns)[:, 40:41],
        spectrum(image, 2, rows=[30.0], columns=columns[32:])[:, 8:9],
    )


def test_pixels_beyond_the_extent_have_no_effect():
    image = wave((1, 0))
    reach = extent(3, CELL) // 2
    outside = np.full(SHAPE, 1e6, np.float32)
    inside = slice(75 - reach, 75 + reach + 1), slice(81 - reach, 81 + reach + 1)
    outside[inside] = image[inside]
    for at in ((74.51, 80.51), (75.49, 81.49)):
        one, other = (spectrum(i, 3, "none", rows=at[:1], columns=at[1:]) for i in (image, outside))
        assert np.array_equal(one, other)


def test_scales_are_not_negative_and_do_not_depend_on_units():
    found = np.random.default_rng(3).random((30, 7)).astype(np.float32)
    for scale in ("log", "linear"):
        assert (scaled(found, scale) >= 0).all()
        assert scaled(500 * found, scale) == pytest.approx(scaled(found, scale), rel=1e-5)
    assert scaled(found, "linear").mean() == pytest.approx(1)
    assert np.isfinite(scaled(np.zeros((3, 2), np.float32), "log")).all()


def test_only_finely_sampled_images_are_binned():
    assert [binning(cell) for cell in (6.0, 13.0, 26.0, 60.0)] == [1, 1, 2, 5]
