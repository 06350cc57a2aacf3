"""The nine-parameter loop function against its published form, and its fit against known loops and scipy."""

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.special import erf

from ferrotune.loops.loop_function import coercive_voltages, fit_loops, loop_function

DOWN_UP = np.concatenate([np.linspace(9, -8.6, 45), np.linspace(-9, 8.6, 45)])


def published(v, p):
    """As in BGlib, one loop: the falling branch first."""
    offset, amplitude, left, right, slope, *b = p
    found = []
    for part, centre, (low, high) in ((v[:45], left, b[:2]), (v[45:], right, b[2:])):
        g = (high - low) / 2 * (erf((part - centre) * 1000) + 1) + low
        found.append(offset + amplitude * (g * erf((part - centre) / g) + low) / (low + high) + slope * part)
    return np.concatenate(found)


def drawn(count, seed=0):
    rng = np.random.default_rng(seed)
    low = (-2.0, 1.0, -5.0, 1.0, -0.02, *(0.5,) * 4)
    high = (0.0, 3.0, -1.0, 5.0, 0.02, *(3.0,) * 4)
    return rng.uniform(low, high, (count, 9))


def test_it_is_the_published_function():
    parameters = drawn(20)
    expected = [published(DOWN_UP, p) for p in parameters]
    assert loop_function(DOWN_UP, parameters) == pytest.approx(np.array(expected), abs=1e-9)


def test_the_fit_finds_what_went_in():
    parameters = drawn(200, seed=1)
    found, error = fit_loops(DOWN_UP, loop_function(DOWN_UP, parameters))
    near = np.abs(found - parameters).max(axis=1) < 0.01
    assert near.mean() > 0.97 and np.median(error) < 1e-3


def test_coercive_voltages_survive_noise_and_units():
    parameters = drawn(100, seed=2)
    noisy = loop_function(DOWN_UP, parameters)
    noisy += 0.03 * parameters[:, 1:2] * np.random.default_rng(3).standard_normal(noisy.shape)
    found, _ = fit_loops(DOWN_UP, noisy)
    halfway = coercive_voltages(found)
    assert np.median(np.abs(halfway - coercive_voltages(parameters))) < 0.05
    # the response in other units, the voltage in mV: the same fit
    scaled, _ = fit_loops(1000 * DOWN_UP, 50 * noisy + 7)
    assert np.median(np.abs(coercive_voltages(scaled) - 1000 * halfway)) < 1
    assert np.median(np.abs(scaled[:, 1] / found[:, 1] - 50)) < 0.1


def test_it_fits_as_well_as_one_call_of_scipy_a_loop():
    loops = loop_function(DOWN_UP, drawn(6, seed=4))
    loops += 0.05 * np.random.default_rng(5).standard_normal(loops.shape)
    _, error = fit_loops(DOWN_UP, loops)
    for loop, ours in zip(loops, error, strict=True):
        bounds = ([-9, -9, -9, -9, -1, *(0.05,) * 4], [9, 9, 9, 9, 1, *(20,) * 4])
        p, _ = curve_fit(lambda v, *p: published(v, p), DOWN_UP, loop, (-1, 2, -3, 3, 0, 1, 1, 1, 1), bounds=bounds)
        peer = np.sqrt(((loop - published(DOWN_UP, p)) ** 2).mean()) / np.ptp(loop)
        assert ours <= 1.02 * peer


def test_a_loop_upside_down_and_a_flat_one_do_not_stop_the_others():
    loops = loop_function(DOWN_UP, drawn(3, seed=6))
    loops[1] *= -1
    loops[2] = 0.5
    found, error = fit_loops(DOWN_UP, loops)
    assert np.isfinite(found).all() and error[0] < 1e-3 and error[1] < 1e-3 and found[1, 1] < 0
