"""Grids of windows: inside image and mask, and interpolation from a coarser grid to a finer one."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, minimum_filter

from ferrotune.descriptors._window_grid import WindowGrid, check_window, multiple
from ferrotune.errors import InputError
from ferrotune.sites.neighbourhood import Neighbourhood
from ferrotune.sites.raster import site_raster


def test_all_windows_that_fit_and_no_other():
    grid = WindowGrid.of(np.ones((100, 131), bool), 21, 10.0)
    assert len(grid.rows) == 8 and len(grid.columns) == 12
    assert grid.rows[0] >= 10 and grid.rows[-1] <= 89
    assert grid.yx.mean(axis=0) == pytest.approx([49.5, 65.0])
    assert np.diff(grid.rows) == pytest.approx(10)


def test_windows_over_the_mask_are_left_out():
    mask = np.ones((100, 100), bool)
    mask[50, 50] = False
    grid = WindowGrid.of(mask, 21, 5.0)
    away = np.abs(np.rint(grid.yx) - 50).max(axis=1)
    assert away.min() > 10
    assert len(grid.place) == len(grid.rows) * len(grid.columns) - 16 and grid.dropped == 16


@settings(max_examples=20)
@given(seed=st.integers(0, 999))
def test_only_windows_that_touch_a_ragged_mask_are_left_out(seed):
    mask = gaussian_filter(np.random.default_rng(seed).normal(size=(90, 110)), 6) < 0.06
    assume(minimum_filter(mask, 15)[7:-7, 7:-7].any())
    grid = WindowGrid.of(mask, 15, 4.0)
    centres = np.rint(np.stack(np.meshgrid(grid.rows, grid.columns, indexing="ij"), axis=-1)).astype(int)
    whole = [[mask[y - 7 : y + 8, x - 7 : x + 8].all() for y, x in line] for line in centres]
    assert np.array_equal(np.argwhere(whole), grid.place)


@pytest.mark.parametrize(("mask", "reason"), [(np.ones((20, 90), bool), "larger than"), (np.eye(90) < 1, "no window")])
def test_no_window_is_refused(mask, reason):
    with pytest.raises(InputError, match=f"{reason}.*lower `window`"):
        WindowGrid.of(mask, 41, 10.0)


def test_a_window_that_is_too_large_is_named_in_the_images_own_pixels():
    with pytest.raises(InputError, match=r"153 x 153 px \(6.1 x 6.1 cells\), is larger than the image, 150 x 200 px"):
        check_window(51, (150, 200), factor=3, cell_px=25.0)


def test_strides_are_whole_multiples():
    assert multiple(1.5, 0.5) == 3
    assert multiple(0.3, 0.1) == 3
    with pytest.raises(InputError, match=r"stride 1.5 is not a whole multiple of the smallest of the spaces, 1"):
        multiple(1.5, 1)


def test_interpolation_keeps_a_plane():
    """Linear between the coarse windows; only the rim beyond the last of them is left out here."""
    grid = WindowGrid.of(np.ones((200, 220), bool), 21, 10.0)
    for times in (2, 3):
        coarse = grid.coarser(times)
        assert np.isin(coarse.rows, grid.rows).all()
        plane = coarse.yx @ [0.3, -0.7] + 2
        interpolated = grid.interpolation_from(coarse, times) @ plane.astype(np.float32)
        within = ((grid.yx >= coarse.yx.min(axis=0)) & (grid.yx <= coarse.yx.max(axis=0))).all(axis=1)
        assert within.sum() > len(coarse.place)
        assert interpolated[within] == pytest.approx(grid.yx[within] @ [0.3, -0.7] + 2, rel=1e-5)


def test_where_coarse_windows_are_missing_the_others_are_used():
    rng = np.random.default_rng(0)
    mask = rng.random((200, 220)) > 0.0004
    grid = WindowGrid.of(mask, 21, 7.0)
    coarse = grid.coarser(3)
    weights = grid.interpolation_from(coarse, 3)
    assert weights.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert (weights @ np.full(len(coarse.place), 4.0)) == pytest.approx(4, abs=1e-5)


def test_interleaved_grids_are_of_the_coarser_spacing():
    grid = WindowGrid.of(np.ones((200, 220), bool), 21, 5.0)
    number = grid.interleaved(2)
    assert set(number) == {0, 1, 2, 3}
    near = Neighbourhood.of(grid.yx, 10.0, number)
    assert (number[near.edges[:, 0]] == number[near.edges[:, 1]]).all()
    assert np.hypot(*(grid.yx[near.edges[:, 0]] - grid.yx[near.edges[:, 1]]).T) == pytest.approx(10.0)
    alone = Neighbourhood.of(grid.yx[number == 3], 10.0)
    assert len(alone.edges) == np.count_nonzero(number[near.edges[:, 0]] == 3)


def test_sites_further_apart_than_a_cell_leave_no_hole():
    yx = 20.0 * np.argwhere(np.ones((5, 6))) + 20
    raster = site_raster(yx, np.ones((121, 141), bool), 10.0, 8, reach=2.0)
    assert (raster[16:-16, 16:-16] >= 0).all()
    assert (site_raster(yx, np.ones((121, 141), bool), 10.0, 8) < 0).any()
