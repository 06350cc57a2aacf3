"""Shift by mis-tilt: found where the asymmetry of A is drawn, with its error, and taken off when asked for."""

import numpy as np
import pytest

from ferrotune.cells.strain import measure_cells
from ferrotune.cells.tilt_shift import SHIFT_OF_ASYMMETRY, tilt_shift, without_tilt
from ferrotune.columns.sublattices import A
from helpers.crystal import LATTICE, crystal

WIDTH = 5.0


def tilted(noise, seed=0, rows=40, columns=44):
    """Crystal whose tilt grows from left to right: cells, the shift at them, and what was measured of it."""

    def shift(x):
        return np.stack([0.01 * (x / 1000), 0.3 * (x / 1000)], axis=-1)

    yx, kind = crystal(rows=rows, columns=columns)
    yx[kind != A] += shift(yx[kind != A][:, 1])
    lean = shift(yx[:, 1]) / (SHIFT_OF_ASYMMETRY * WIDTH)
    lean += np.random.default_rng(seed).normal(0, noise, yx.shape)
    lean[kind != A] = np.nan
    measured = measure_cells(yx, np.full(yx.shape, 0.05), kind, LATTICE, 0.0)
    found = tilt_shift(measured[0], yx, lean, np.full(len(yx), WIDTH), kind, LATTICE.cell_px)
    return measured, found, shift(measured[0].yx[:, 1])


def test_the_shift_is_found_and_taken_off():
    measured, found, true = tilted(noise=0.0)
    inner = np.abs(measured[0].yx[:, 1] - measured[0].yx[:, 1].mean()) < 300  # the mean over cells has no border there
    assert found.shift[inner] == pytest.approx(true[inner], abs=0.02)
    cells, _, errors = without_tilt(measured, found)
    assert np.abs(cells.polarization[inner]).max() < 0.02
    assert np.all(errors.polarization >= measured[2].polarization)
    assert found.attributes(True)["tilt_corrected"] and "taken off the polarization" in found.said(15.0, True)


def test_its_error_is_that_of_noise():
    pulls = []
    for seed in range(12):
        measured, found, _ = tilted(noise=0.01, seed=seed)
        _, exact, _ = tilted(noise=0.0)
        middle = np.argmin(np.hypot(*(measured[0].yx - measured[0].yx.mean(axis=0)).T))
        pulls.append((found.shift - exact.shift)[middle] / found.sigma[middle])
    assert (np.array(pulls) ** 2).mean() == pytest.approx(1.0, abs=0.6)


def test_a_trend_of_the_polarization_is_reported_and_not_taken_for_tilt():
    yx, kind = crystal(rows=20, columns=22)
    yx[kind != A] += np.stack([np.zeros((kind != A).sum()), yx[kind != A][:, 1] / 600], axis=-1)
    measured = measure_cells(yx, np.full(yx.shape, 0.05), kind, LATTICE, 0.0)
    lean = np.where((kind == A)[:, None], 0.0, np.full(yx.shape, np.nan))
    found = tilt_shift(measured[0], yx, lean, np.full(len(yx), WIDTH), kind, LATTICE.cell_px)
    assert found.trend[1, 1] > 0.8 and np.abs(found.shift).max() == 0


def test_without_columns_that_lean_nothing_is_known_and_nothing_taken_off():
    yx, kind = crystal(rows=12, columns=12)
    measured = measure_cells(yx, np.full(yx.shape, 0.05), kind, LATTICE, 0.0)
    found = tilt_shift(measured[0], yx, np.full(yx.shape, np.nan), np.full(len(yx), WIDTH), kind, LATTICE.cell_px)
    assert np.isnan(found.shift).all() and "not known" in found.said(None, True)
    assert np.array_equal(without_tilt(measured, found)[0].polarization, measured[0].polarization, equal_nan=True)
    assert found.attributes(True)["tilt_shift_px"] is None and not found.attributes(True)["tilt_corrected"]
