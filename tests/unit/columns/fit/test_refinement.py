"""Refined positions of columns whose truth is known: exact without noise, at the Cramer-Rao bound with it."""

import numpy as np
import pytest

from ferrotune.columns.fit.refinement import refine_columns
from ferrotune.columns.sublattices import A, B
from ferrotune.simulation.specimen import Specimen
from helpers.simulated import IDEAL, TEN_PX, compare, cramer_rao, see

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


def shot_noise_only(dose, **settings):
    """What is found in a specimen with nothing but shot noise, 1,400 columns of each sublattice, and the bounds."""
    seen = see(geometry="none", polarization_pm=0.0, dose=dose, **IDEAL, **settings)
    known = {k: v for k, v in seen.simulation.settings.items() if k != "seed"}
    return compare(seen, margin=1.0), [cramer_rao(Specimen(**known), sublattice) for sublattice in (A, B)]


def rms_over_bound(compared, bounds, sublattice):
    return np.sqrt((compared.error[compared.sublattice == sublattice] ** 2).mean() / 2) / bounds[sublattice]


@pytest.mark.parametrize("dose", [20.0, 60.0, 200.0])
def test_positions_reach_the_cramer_rao_bound(dose):
    """In nothing but shot noise: no column missed, within 10 % of the bound, and with error bars that say so.

    The mean of 2,700 squares is uncertain by 3 %, its root by 1.4 %. The bound knows the neighbours; with all
    columns' parameters free but a common width it is 5 to 6 % higher. At 20 counts a Fe column stands 12 standard
    errors above nothing, and second-order terms add to its errors.
    """
    compared, bounds = shot_noise_only(dose, shape=(1000, 1020))
    assert compared.found == 1.0
    for sublattice in (A, B):
        assert 1.0 < rms_over_bound(compared, bounds, sublattice) < 1.10
        assert 0.9 < (compared.pull[compared.sublattice == sublattice] ** 2).mean() < 1.1


@pytest.mark.parametrize("dose", [20.0, 60.0, 200.0])
def test_positions_at_ten_pixels_a_cell_reach_the_bound_too(dose):
    """Columns 7 px apart, of 1.9 px each: at 20 counts a Fe column stands 5 standard errors above nothing."""
    compared, bounds = shot_noise_only(dose, shape=(420, 440), **TEN_PX)
    assert compared.found >= 0.99
    for sublattice in (A, B):
        assert rms_over_bound(compared, bounds, sublattice) < 1.3
        assert 0.9 < (compared.pull[compared.sublattice == sublattice] ** 2).mean() < (1.1 if dose > 20 else 1.2)


def test_error_bars_are_right_on_average_on_each_axis():
    compared, _ = shot_noise_only(150.0, shape=(520, 540))
    for sublattice in (A, B):
        pull = compared.pull[compared.sublattice == sublattice]
        assert np.abs(pull.mean(axis=0)).max() < 0.2
        assert pull.std(axis=0) == pytest.approx(np.ones(2), abs=0.15)


def test_the_same_bytes_on_one_core_and_on_two():
    seen = see(shape=(520, 540), dose=60.0)
    one, two = (refine_columns(seen.image, seen.mask, seen.simulation.columns_yx, CELL, threads=n) for n in (1, 2))
    for name, values in vars(one).items():
        assert values.tobytes() == getattr(two, name).tobytes()


def test_noise_of_one_level_everywhere_is_weighed_evenly():
    """Detector noise in place of shot noise: errors of the size that a bound for even noise gives."""
    yx, n_a = lattice_points(12)
    rng = np.random.default_rng(3)
    amplitude = np.where(np.arange(len(yx)) < n_a, 1.0, 0.4)
    image = paint(yx, amplitude, 4.8, (340, 340)) + rng.normal(0, 0.2, (340, 340))
    fit = refine_columns(image, np.ones(image.shape, bool), yx + rng.uniform(-1, 1, yx.shape), CELL)
    error = fit.yx - yx
    # A Gaussian's position in even noise: sigma / amplitude * sqrt(2 / pi), whatever its width.
    bound = 0.2 / amplitude * np.sqrt(2 / np.pi)
    inner = ((yx > 1.5 * CELL) & (yx < 340 - 1.5 * CELL)).all(axis=1)
    assert ((error / bound[:, None])[inner] ** 2).mean() == pytest.approx(1.1, abs=0.2)
    assert ((error / fit.sigma_yx)[inner] ** 2).mean() == pytest.approx(1.0, abs=0.2)


def test_tilted_columns_do_not_pull_their_neighbours():
    """Columns elongated by 15 %: Fe's error stays what it is in upright ones, not what Bi's tails make of it."""
    tilted, upright = (see(dose=400.0, shape=(520, 540), **{**IDEAL, "mistilt": mistilt}) for mistilt in (0.15, 0.0))
    errors = [np.median(compare(seen).error[compare(seen).sublattice == B]) for seen in (tilted, upright)]
    assert errors[0] < 1.3 * errors[1]


def test_error_bars_grow_as_the_dose_falls():
    typical = [np.median(see(dose=dose).columns.fit.sigma_yx) for dose in (400.0, 100.0)]
    assert typical[1] / typical[0] == pytest.approx(2.0, rel=0.2)


def test_significance_distinguishes_a_column_from_noise():
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
