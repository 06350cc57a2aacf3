"""Unit cells of images: A and B of equal brightness, other projections, one column in a cell, and named cells."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from ferrotune.columns.doubts import doubts
from ferrotune.columns.sublattices import A, B
from ferrotune.errors import InputError
from helpers.projections import ALONG_110, CUBIC, HEXAGONAL, projected
from helpers.simulated import compare, see

ROWS = 512  # of an image
AT_A, MIDDLE, EDGE, THIRD = (0.0, 0.0), (0.5, 0.5), (0.5, 0.0), (1 / 3, 1 / 3)
UNPOLARIZED = {"geometry": "none", "polarization_pm": 0.0}


def found_in(drawn, columns):
    """Shares: of the true columns that are found, of the found that are false, and of those of the true sublattice."""
    inner = drawn.inner(8)
    distance, index = cKDTree(columns.fit.yx).query(drawn.yx[inner])
    false = cKDTree(drawn.yx).query(columns.fit.yx)[0] > 3
    right = columns.sublattice[index] == drawn.sublattice[inner]
    return (distance < 2).mean(), false.mean(), right.mean()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("b_intensity", [0.7, 0.9, 1.0, 1.1])
def test_a_and_b_of_like_brightness_are_told_apart_by_their_displacement(b_intensity, seed):
    seen = see(seed=seed, b_intensity=b_intensity)
    compared = compare(seen)
    assert seen.lattice.cell_px == pytest.approx(26.0, abs=0.3)
    assert compared.found >= 0.99 and compared.false < 0.005
    # which is called A is arbitrary at 1, and the brighter one at 1.1
    assert max(compared.sorted_right, 1 - compared.sorted_right) >= 0.99
    assert (compared.sorted_right > 0.5) or b_intensity >= 1
    said = [line for line in doubts(seen.columns, seen.lattice, None, ROWS) if "arbitrary" in line]
    assert len(said) == (b_intensity == 1)


@pytest.mark.parametrize("b_intensity", [0.8, 0.9, 1.1])
@pytest.mark.parametrize("film", [{}, {"dose": 20.0}, {"row_shift_px": 2.0}], ids=str)
def test_without_displacement_brightness_tells_them_apart(film, b_intensity):
    compared = compare(see(b_intensity=b_intensity, **UNPOLARIZED, **film))
    assert compared.found >= 0.99 and compared.false < 0.005
    assert (compared.sorted_right if b_intensity < 1 else 1 - compared.sorted_right) >= 0.99


def test_parity_is_kept_over_drift_of_half_a_cell():
    compared = compare(see(shape=(1024, 300), drift_px=15.0, b_intensity=1.0))
    assert max(compared.sorted_right, 1 - compared.sorted_right) >= 0.99


def test_where_nothing_tells_them_apart_the_user_names_the_cell():
    drawn = projected(CUBIC, [AT_A, MIDDLE], [1.0, 1.0])
    half, columns = drawn.columns()
    assert half.cell_px == pytest.approx(16.0 / np.sqrt(2), abs=0.1)
    assert "alike repeat by half" in doubts(columns, half, None, ROWS)[0]
    for how in ({"cell": "perovskite_100"}, {"cell": 396.0, "pixel_size_pm": 24.75}):
        lattice, columns = drawn.columns(**how)
        found, false, right = found_in(drawn, columns)
        assert lattice.cell_px == pytest.approx(16.0, abs=0.05)
        assert found >= 0.99 and false == 0 and max(right, 1 - right) >= 0.99
        assert "arbitrary" in doubts(columns, lattice, None, ROWS)[0]


@pytest.mark.parametrize("b_intensity", [0.0, 0.12])
@pytest.mark.parametrize("film", [{}, {"dose": 20.0}, {"mistilt": 0.4}, {"column_noise_px": 1.0}], ids=str)
def test_a_film_whose_b_is_faint_has_no_superlattice(film, b_intensity):
    lattice = see(seed=3, b_intensity=b_intensity, **film).lattice
    assert lattice.cell_px == pytest.approx(26.0, abs=0.3)
    assert lattice.motif.name == "perovskite_100" and not lattice.motif.alike


@pytest.mark.parametrize("shift", [0.0, 1.0])
@pytest.mark.parametrize("b_intensity", [0.3, 0.5, 0.8])
def test_along_110_b_stands_in_the_middle_of_an_edge(b_intensity, shift):
    drawn = projected(ALONG_110, [AT_A, EDGE], [1.0, b_intensity], shift)
    lattice, columns = drawn.columns()
    found, false, right = found_in(drawn, columns)
    assert lattice.motif.name == "perovskite_110" and tuple(lattice.motif.of_b) == EDGE
    assert found >= 0.99 and false == 0 and right >= 0.99
    assert doubts(columns, lattice, None, ROWS) == []


def test_along_110_a_and_b_of_one_brightness():
    shifted, still = (projected(ALONG_110, [AT_A, EDGE], [1.0, 1.0], shift) for shift in (1.0, 0.0))
    for drawn, cell in ((shifted, None), (still, "perovskite_110")):
        lattice, columns = drawn.columns(cell)
        found, false, right = found_in(drawn, columns)
        assert lattice.cell_px == pytest.approx(np.sqrt(22.6 * 16.0), abs=0.1)
        assert found >= 0.99 and false == 0 and max(right, 1 - right) >= 0.99


def test_hexagonal_images_hold_one_column_a_cell_or_two():
    one = projected(HEXAGONAL, [AT_A], [1.0])
    lattice, columns = one.columns()
    assert lattice.motif.name == "hexagonal" and (columns.sublattice == A).all()
    assert found_in(one, columns) == (1, 0, 1)
    assert doubts(columns, lattice, None, ROWS) == [
        "one column in a unit cell (hexagonal): there is no B, and no polarization without B"
    ]
    two = projected(HEXAGONAL, [AT_A, THIRD], [1.0, 0.5], width=1.9)
    lattice, columns = two.columns()
    assert found_in(two, columns) == (1, 0, 1)
    assert set(columns.sublattice) == {A, B}


def test_a_cell_of_three_columns_in_general_places():
    vectors = np.array([[24.0, 1.0], [2.0, 17.0]])
    drawn = projected(vectors, [AT_A, (0.35, 0.3), (0.7, 0.62)], [1.0, 0.5, 0.3], width=2.0)
    lattice, columns = drawn.columns()
    assert np.array(lattice.motif.places) == pytest.approx(np.array([AT_A, (0.35, 0.3), (0.7, 0.62)]), abs=0.02)
    found, false, _ = found_in(drawn, columns)
    assert found >= 0.99 and false == 0
    assert np.unique(columns.sublattice, return_counts=True)[1].min() > 200  # the third belong to neither


def test_primitive_is_one_column_whatever_the_image_shows():
    lattice, columns = projected(CUBIC, [AT_A, MIDDLE], [1.0, 0.4]).columns("primitive")
    assert lattice.motif.of_b is None and (columns.sublattice == A).mean() > 0.99


@pytest.mark.parametrize(
    ("cell", "pixel_size_pm", "says"),
    [
        (396.0, None, "lattice 396: a size in pm needs the pixel size; give pixel_size_pm"),
        (396.0, 5.0, "lattice 396: the image repeats by cells of 57 and 80 pm; correct the size or pixel_size_pm"),
        ("cubic", None, "lattice 'cubic' is unknown; write a size in pm or one of: perovskite_100, perovskite_110"),
    ],
)
def test_a_cell_that_there_is_not_is_refused(cell, pixel_size_pm, says):
    drawn = projected(CUBIC, [AT_A, MIDDLE], [1.0, 1.0])
    with pytest.raises(InputError, match=f"^{says}"):
        drawn.columns(cell, pixel_size_pm)
