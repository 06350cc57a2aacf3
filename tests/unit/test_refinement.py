"""Refined positions of columns whose truth is known: exact without noise, at the Cramer-Rao bound with it."""

import numpy as np
import pytest

from ferrotune.refinement import refine_columns
from ferrotune.simulate import Specimen
from simulated import IDEAL, compare, cramer_rao, depth, see

CELL = 26.0


def paint(yx, amplitude, width, shape, background=0.3):
    """Image (y, x) of circular Gaussian columns on a background."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    image = np.full(shape, background)
    for (cy, cx), peak in zip(yx, np.broadcast_to(amplitude, len(yx)), strict=True):
        image += peak * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * width**2))
    return image


def lattice_points(n=5, cell=CELL, seed=0):
    """Columns of a crystal of n x n cells, each off its site by a random part of a pixel."""
    a = np.argwhere(np.ones((n, n))) * cell
    b = np.argwhere(np.ones((n - 1, n - 1))) * cell + cell / 2
    yx = np.vstack([a, b]) + cell
    return yx + np.random.default_rng(seed).uniform(-0.5, 0.5, yx.shape), len(a)


def test_one_column_is_measured_exactly():
    image = paint([[30.3, 28.8]], 0.7, 4.6, (61, 59))
    fit = refine_columns(image, np.ones(image.shape, bool), np.array([[31.0, 28.0]]), CELL)
    assert fit.yx[0] == pytest.approx([30.3, 28.8], abs=1e-4)
    assert fit.amplitude[0] == pytest.approx(0.7, abs=1e-3)
    assert fit.width[0] == pytest.approx(4.6, abs=5e-3)
    assert fit.background[0] == pytest.approx(0.3, abs=1e-3)


@pytest.mark.parametrize("width", [0.15, 0.17, 0.2])
def test_columns_amid_their_neighbours_tails(width):
    """Tails of bright neighbours pull a faint column by up to a pixel unless they are taken off."""
    yx, n_a = lattice_points()
    amplitude = np.where(np.arange(len(yx)) < n_a, 1.0, 0.3)
    image = paint(yx, amplitude, width * CELL, (160, 160))
    fit = refine_columns(image, np.ones(image.shape, bool), np.round(yx), CELL)
    assert np.hypot(*(fit.yx - yx).T).max() < 0.06
    assert fit.amplitude == pytest.approx(amplitude, rel=0.1)
    assert np.median(fit.width) == pytest.approx(width * CELL, rel=0.02)


def test_a_cut_column_is_measured_from_what_the_mask_leaves():
    yx, _ = lattice_points()
    image = paint(yx, 1.0, 4.4, (160, 160))
    mask = np.ones(image.shape, bool)
    mask[:, 81:] = False  # through a row of columns, 3 px beyond their centres
    image[~mask] = 1e3
    cut = np.abs(yx[:, 1] - CELL * 3) < 1
    assert cut.sum() == 5
    kept = yx[:, 1] < 81
    fit = refine_columns(image, mask, np.round(yx[kept]), CELL)
    assert np.hypot(*(fit.yx - yx[kept]).T).max() < 0.2
    assert np.isfinite(fit.sigma_yx).all()


@pytest.mark.parametrize("dose", [60.0, 400.0])
def test_positions_reach_the_cramer_rao_bound(dose):
    """In nothing but shot noise: within 20 % of the bound, which no unbiased measurement can pass."""
    seen = see(geometry="none", polarization_pm=0.0, dose=dose, shape=(520, 540), **IDEAL)
    settings = {k: v for k, v in seen.simulation.settings.items() if k != "seed"}
    compared = compare(seen, margin=1.0)
    for sublattice in (0, 1):
        error = compared.error[compared.sublattice == sublattice]
        rms = np.sqrt((error**2).mean() / 2)
        bound = cramer_rao(Specimen(**settings), sublattice)
        assert 0.9 * bound < rms < 1.2 * bound


def test_error_bars_are_those_of_the_errors():
    seen = see(geometry="none", polarization_pm=0.0, dose=150.0, shape=(520, 540), **IDEAL)
    fit = seen.columns.fit
    inner = np.flatnonzero(depth(seen, fit.yx) > 1)
    truth = seen.simulation.columns_yx
    nearest = np.argmin(((fit.yx[inner, None] - truth) ** 2).sum(-1), axis=1)
    pull = (fit.yx[inner] - truth[nearest]) / fit.sigma_yx[inner]
    for sublattice in (0, 1):
        of = seen.columns.sublattice[inner] == sublattice
        assert pull[of].std() == pytest.approx(1.0, abs=0.2)
        assert np.abs(pull[of].mean(axis=0)).max() < 0.2


def test_error_bars_grow_as_the_dose_falls():
    typical = [np.median(see(dose=dose).columns.fit.sigma_yx) for dose in (400.0, 100.0)]
    assert typical[1] / typical[0] == pytest.approx(2.0, rel=0.2)


def test_significance_tells_a_column_from_noise():
    yx, _ = lattice_points()
    rng = np.random.default_rng(0)
    image = paint(yx[:-1], 1.0, 4.4, (160, 160)) + rng.normal(0, 0.3, (160, 160))  # the last is not there
    fit = refine_columns(image, np.ones(image.shape, bool), yx, CELL)
    assert fit.significance[:-1].min() > 10
    assert fit.significance[-1] < 3


def test_the_order_of_columns_does_not_matter():
    yx, _ = lattice_points()
    image = paint(yx, 1.0, 4.4, (160, 160)) + np.random.default_rng(0).normal(0, 0.05, (160, 160))
    mask = np.ones(image.shape, bool)
    order = np.random.default_rng(1).permutation(len(yx))
    straight, shuffled = refine_columns(image, mask, yx, CELL), refine_columns(image, mask, yx[order], CELL)
    assert shuffled.yx == pytest.approx(straight.yx[order], abs=1e-6)
