"""Asymmetry of columns: what is drawn is found, and upright columns have none."""

import numpy as np
import pytest

from ferrotune.columns.asymmetry import column_asymmetry
from helpers.simulated import IDEAL, see


@pytest.fixture(scope="module")
def seen():
    return see(geometry="none", polarization_pm=0.0, dose=400.0, shape=(520, 540), **IDEAL)


def test_a_column_that_leans_is_measured(seen):
    """Each column gets an odd part of third order, 0.02 down and -0.01 across its rows, and is off its place, too."""
    fit, image = seen.columns.fit, seen.image.copy().astype(float)
    y, x = np.indices(image.shape)
    for (cy, cx), amplitude, width in zip(fit.yx, fit.amplitude, fit.width, strict=True):
        part = np.s_[max(int(cy) - 25, 0) : int(cy) + 26, max(int(cx) - 25, 0) : int(cx) + 26]
        t, u = (y[part] - cy) / width, (x[part] - cx) / width
        square = t**2 + u**2
        image[part] += amplitude * ((0.02 * t - 0.01 * u) * (square - 4) + 0.02 * t) * np.exp(-square / 2)
    found = column_asymmetry(image, seen.mask, seen.columns, np.zeros(len(image)), seen.lattice.cell_px)
    a = seen.columns.sublattice == 0
    assert np.isfinite(found[a]).all(axis=1).mean() > 0.9 and np.isnan(found[~a]).all()
    assert np.nanmean(found, axis=0) == pytest.approx([0.02, -0.01], abs=0.004)


def test_upright_columns_do_not_lean(seen):
    found = column_asymmetry(seen.image, seen.mask, seen.columns, np.zeros(len(seen.image)), seen.lattice.cell_px)
    known = np.isfinite(found).all(axis=1)
    error = found[known].std(axis=0) / np.sqrt(known.sum())
    assert np.all(np.abs(found[known].mean(axis=0)) < 4 * error) and error.max() < 2e-3


def test_elongated_columns_do_not_lean():
    tilted = see(dose=400.0, shape=(520, 540), **{**IDEAL, "mistilt": 0.15})
    found = column_asymmetry(tilted.image, tilted.mask, tilted.columns, np.zeros(520), tilted.lattice.cell_px)
    known = np.isfinite(found).all(axis=1)
    error = found[known].std(axis=0) / np.sqrt(known.sum())
    assert np.all(np.abs(found[known].mean(axis=0)) < 4 * error)
