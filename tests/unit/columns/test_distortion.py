"""Distorted films whose cell is known: lattice, polarization and walls are those of the film as it is."""

from functools import cache

import numpy as np
import pytest
from scipy.spatial import cKDTree
from sklearn.metrics import adjusted_rand_score

from ferrotune.cells.polarization_variants import polarization_variants
from ferrotune.cells.unit_cells import build_cells
from ferrotune.columns.analysed_image import analysed_image
from ferrotune.columns.distortion import Distortion, calibrated, row_matrix
from ferrotune.columns.finding import find_columns
from ferrotune.columns.known_cell import KnownCell, angle_deg
from ferrotune.columns.lattice import find_lattice
from ferrotune.columns.sublattices import A, B
from ferrotune.errors import InputError
from ferrotune.images.normalisation import prepare
from ferrotune.simulation.film import simulate
from ferrotune.simulation.specimen import Specimen
from helpers.distorted import PIXEL_PM, distorted

KNOWN = "399.4x403.6"
STRETCHED = ((1.03, 0.0), (0.0, 0.985))
SHEARED = ((1.0, 0.03), (-0.01, 1.0))
BOTH = ((0.97, -0.02), (0.005, 1.02))


def analysed(counts):
    return analysed_image(*prepare(counts, np.ones(counts.shape, bool)))


def cells_of(image, mask):
    lattice = find_lattice(image, mask)
    columns = find_columns(image, mask, lattice)
    return build_cells(columns.of(A), columns.of(B), lattice)


@cache
def film(matrix, **settings):
    """A distorted film, its calibrated image and its cells."""
    seen = distorted(matrix, geometry="closure", **settings)
    calibration = calibrated(analysed(seen.seen), 15.6, KNOWN)
    return seen, calibration, cells_of(calibration.found.image, calibration.found.mask)


@pytest.mark.parametrize("vectors", [[[26.0, 1.0], [-1.5, 25.0]], [[26.0, 1.0], [1.5, -25.0]]])
def test_the_map_makes_the_measured_cell_the_known_one(vectors):
    known = KnownCell(390, 415, 88)
    matrix = row_matrix(np.array(vectors), known)
    assert matrix[:, 0] == pytest.approx([1, 0]) and matrix[1, 1] > 0
    a, b = np.array(vectors) @ matrix
    assert np.hypot(*a) / np.hypot(*b) == pytest.approx(390 / 415) and angle_deg((a, b)) == pytest.approx(88)


@pytest.mark.parametrize("matrix", [STRETCHED, SHEARED, BOTH])
def test_the_cell_is_the_known_one_to_a_thousandth(matrix):
    _, calibration, cells = film(matrix)
    pm = calibration.pixel_size_pm
    assert np.median(cells.a) * pm == pytest.approx(399.4, rel=1e-3)
    assert np.median(cells.b) * pm == pytest.approx(403.6, rel=1e-3)
    assert np.median(cells.alpha) == pytest.approx(90.0, abs=0.06)


@pytest.mark.parametrize("matrix", [STRETCHED, SHEARED, BOTH])
def test_polarization_is_that_of_the_film(matrix):
    seen, calibration, cells = film(matrix)
    truth, rows = seen.film.cells, calibration.distortion.rows
    whole = seen.matrix @ rows.matrix  # a rotation and a factor are left
    distance, near = cKDTree(rows.positions(seen.positions(truth["yx"]))).query(cells.yx)
    known = (distance < 3) & np.isfinite(cells.polarization).all(axis=1)
    assert known.mean() > 0.95
    true = truth["polarization"][near] @ whole * calibration.pixel_size_pm
    error = (cells.polarization * calibration.pixel_size_pm - true)[known]
    plain = cells_of(*prepare(seen.plain, np.ones(seen.plain.shape, bool)))
    distance, near = cKDTree(truth["yx"]).query(plain.yx)
    there = (distance < 3) & np.isfinite(plain.polarization).all(axis=1)
    of_plain = ((plain.polarization - truth["polarization"][near]) * PIXEL_PM)[there]
    assert np.hypot(*true[known].T).mean() > 30  # pm
    assert np.sqrt((error**2).mean()) < 1.1 * np.sqrt((of_plain**2).mean())
    assert np.abs(error.mean(axis=0)).max() < 0.5


def test_a_film_without_distortion_stays_as_it_is():
    seen = distorted(((1.0, 0.0), (0.0, 1.0)), geometry="closure")
    found = analysed(seen.seen)
    calibration = calibrated(found, None, KNOWN)
    assert calibration.found is found and calibration.distortion.rows is None
    assert calibration.pixel_size_pm == pytest.approx(PIXEL_PM, rel=1e-3)
    assert calibration.remarks()[-1].endswith("too little to be taken off") and calibration.doubts() == []
    assert calibrated(found, 15.6, "perovskite_100").found is found


def test_the_mean_cell_is_measured_on_films_with_drift():
    off = []
    for seed in range(8):
        film = simulate(Specimen(shape=(440, 460), dose=260.0, geometry="none", drift_px=6.0), seed)
        found = analysed(film.image)
        lattice = find_lattice(found.image, found.mask)
        columns = find_columns(found.image, found.mask, lattice)
        distortion = Distortion.of(columns.of(A), lattice, KnownCell(400, 410), film.image.shape)
        true = [film.cells[name].mean() for name in ("a", "b", "alpha")]
        measured = [*np.hypot(*distortion.vectors.T), angle_deg(distortion.vectors)]
        off.append(np.abs(np.array(measured) - true))
        assert np.isfinite(distortion.errors).all()
    assert (np.max(off, axis=0) < [0.08, 0.008, 0.1]).all()  # px, px, degrees: 0.3 %, 0.03 %


def test_a_pixel_size_that_disagrees_is_said():
    calibration = film(STRETCHED)[1]
    measured = calibration.distortion.mean_pixel_size_pm
    wrong = calibrated(analysed(film(STRETCHED)[0].seen), 1.05 * measured, KNOWN)
    (doubt,) = set(wrong.doubts()) - set(calibration.doubts())
    assert doubt.startswith(f"pixels of {1.05 * measured:.4g} pm are given, but by the known cell of 399.4x403.6 pm")
    assert wrong.pixel_size_pm == pytest.approx(calibration.pixel_size_pm)


def test_edges_that_the_distortion_hides_are_taken_as_written():
    seen = distorted(((1.05, 0.0), (0.0, 1.0)), geometry="none")
    calibration = calibrated(analysed(seen.seen), None, "403.6x399.4")
    (doubt,) = calibration.doubts()
    assert doubt.startswith("which edge of the known cell is which is not clear: they differ by 1.0 %")
    assert calibration.distortion.known == KnownCell(403.6, 399.4)


def test_another_cell_is_no_distortion():
    with pytest.raises(InputError, match=r"^lattice 314x314x120: that of the image would be .* no scan distorts so"):
        calibrated(analysed(film(STRETCHED)[0].seen), None, "314x314x120")


def test_masks_and_other_crystals_go_with_the_image():
    seen = distorted(SHEARED, geometry="none")
    counts = seen.seen.copy()
    counts[:, :150] = np.random.default_rng(0).poisson(100, (440, 150))
    counts[200:220, 300:330] = np.nan
    found = analysed(counts)
    calibration = calibrated(found, None, KNOWN)
    moved, rows = calibration.found, calibration.distortion.rows
    assert moved.image.shape == moved.mask.shape == moved.whole.shape == moved.crystals.region.shape
    for before, after in ((found.mask, moved.mask), (found.crystals.region == 0, moved.crystals.region == 0)):
        at = np.argwhere(before)[::97]
        there = np.rint(rows.positions(at)).astype(int)
        assert after[tuple(there.T)].mean() > 0.97
        assert after.sum() == pytest.approx(before.sum() * rows.matrix[1, 1], rel=0.02)
    assert np.ptp(moved.image[~moved.mask]) == 0


def test_error_bars_are_those_of_the_noise_before_it_was_resampled():
    """Of the pulls along the rows, as far as shot noise makes them."""
    seen, calibration, _ = film(BOTH)
    image, rows = calibration.found, calibration.distortion.rows
    share = calibration.attributes()["noise_share"]
    lattice = find_lattice(image.image, image.mask)
    fit = find_columns(image.image, image.mask, lattice).fit
    yx = rows.positions(seen.positions(seen.film.columns_yx))
    distance, near = cKDTree(fit.yx).query(yx)
    inner = (distance < 3) & (yx[:, 0] > 26) & (yx[:, 0] < 414) & (np.abs(yx[:, 1] - rows.width / 2) < 190)
    pull = ((fit.yx[near] - yx) / fit.sigma_yx[near])[inner]
    assert inner.sum() > 300 and share < 0.95
    assert (pull * np.sqrt(share)).std(axis=0) == pytest.approx([1, 1], abs=0.1)


def test_variants_are_where_they_are_in_the_film():
    """Labels of the distorted film, seen by its truth: as good as those of the film as it is, wall for wall."""
    seen, calibration, cells = film(BOTH)
    image, mask = prepare(seen.plain, np.ones(seen.plain.shape, bool))
    truth, plain = seen.film.cells, cells_of(image, mask)
    moved = calibration.distortion.rows.positions(seen.positions(truth["yx"]))
    scores, labels = [], []
    for found, at in ((cells, moved), (plain, truth["yx"])):
        label = polarization_variants(found.polarization, found.yx, np.sqrt(np.median(found.volume)))
        distance, near = cKDTree(found.yx).query(at)
        labels.append(np.where(distance < 3, label[near], -1))
        known = labels[-1] >= 0
        scores.append(adjusted_rand_score(truth["domain"][known], labels[-1][known]))
    both = np.all(np.array(labels) >= 0, axis=0)
    assert scores[0] > scores[1] - 0.03 and min(scores) > 0.8
    assert adjusted_rand_score(labels[0][both], labels[1][both]) > 0.9
