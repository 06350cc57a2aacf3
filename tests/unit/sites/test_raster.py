"""Rasters of known sites: which site is nearest, where there is none, and where labels meet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferrotune.errors import InputError
from ferrotune.sites.raster import label_raster, site_raster, wall_map
from ferrotune.walls.tracing import interfaces


def lattice(rows, cols, cell_px):
    grid = np.meshgrid(np.arange(rows), np.arange(cols), indexing="ij")
    return cell_px * np.stack(grid, axis=-1).reshape(-1, 2)


def test_each_sample_has_its_nearest_site():
    rng = np.random.default_rng(3)
    cell = 10.0
    yx = lattice(6, 9, cell) + rng.normal(0, 1, (54, 2))
    sites = site_raster(yx, np.ones((51, 81), bool), cell)
    assert sites.shape == (41, 65) and sites.dtype == np.int32
    i, j = np.indices(sites.shape)
    positions = np.stack([i, j], axis=-1) * cell / 8
    distance = np.linalg.norm(positions[:, :, None] - yx, axis=3)
    near = distance.min(axis=2) <= cell
    np.testing.assert_array_equal(sites, np.where(near, distance.argmin(axis=2), -1))


def test_no_site_outside_the_mask_or_beyond_one_cell():
    mask = np.ones((41, 81), bool)
    mask[:, :20] = False
    sites = site_raster([[20.0, 30.0]], mask, 10.0)
    x, y = np.meshgrid(np.arange(65) * 1.25, np.arange(33) * 1.25)
    inside = mask[np.rint(y).astype(int), np.rint(x).astype(int)]
    expected = inside & (np.hypot(y - 20, x - 30) <= 10)
    np.testing.assert_array_equal(sites == 0, expected)
    assert set(np.unique(sites)) == {-1, 0}


def test_no_sites_and_no_signal_give_no_label():
    mask = np.ones((30, 30), bool)
    assert (site_raster(np.empty((0, 2)), mask, 10.0) == -1).all()
    assert (site_raster([[5.0, 5.0]], ~mask, 10.0) == -1).all()


@pytest.mark.parametrize(
    ("yx", "mask", "cell"),
    [([[np.nan, 1.0]], np.ones((9, 9)), 3.0), ([[1.0, 1.0]], np.ones((9, 9)), 0.0), ([[1.0, 1.0]], [], 3.0)],
)
def test_what_cannot_be_drawn_is_said(yx, mask, cell):
    with pytest.raises(InputError, match="site raster"):
        site_raster(yx, mask, cell)


def test_labels_follow_sites_and_stay_away_where_there_is_none():
    sites = np.array([[0, 1, -1], [2, 2, 1]], dtype=np.int32)
    np.testing.assert_array_equal(label_raster(sites, [4, -1, 7]), [[4, -1, -1], [7, 7, -1]])


def test_a_wall_is_two_samples_thick_and_needs_labels_on_both_sides():
    labels = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, -1, -1, 1]])
    expected = np.array([[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]], bool)
    np.testing.assert_array_equal(wall_map(labels), expected)
    midpoints, corners = interfaces(labels)
    np.testing.assert_array_equal(midpoints, [[0, 1.5], [1, 1.5]])
    np.testing.assert_array_equal(corners, [[2, 7], [7, 12]])


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.permutations(range(4)))
def test_walls_do_not_know_the_names_of_labels(seed, names):
    labels = np.random.default_rng(seed).integers(-1, 4, (12, 15))
    renamed = np.append(names, -1)[labels]
    np.testing.assert_array_equal(wall_map(renamed), wall_map(labels))
    for before, after in zip(interfaces(labels), interfaces(renamed), strict=True):
        np.testing.assert_array_equal(after, before)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_the_wall_map_is_the_samples_beside_interfaces(seed):
    labels = np.random.default_rng(seed).integers(-1, 3, (9, 7))
    midpoints, corners = interfaces(labels)
    wall = np.zeros(labels.shape, bool)
    for side in (np.floor, np.ceil):
        i, j = side(midpoints).astype(int).T
        wall[i, j] = True
    np.testing.assert_array_equal(wall_map(labels), wall)
    # both corners of an edge lie half a sample from its middle
    at = np.stack(np.divmod(corners, labels.shape[1] + 1), axis=-1) - 0.5
    np.testing.assert_array_equal(at.mean(axis=1), midpoints)
