"""Patches of images that are known everywhere, and windows at edges and masks."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from ferrotune.descriptors._patch_cutting import Cutter, binning, check_window, crop, in_frame, usable_sites, window_px
from ferrotune.errors import InputError

SHAPE = (90, 110)


def wave(yx):
    """A plane wave of 14 px, about the smallest detail in an image of columns, at positions (..., 2)."""
    return 0.5 + np.cos(2 * np.pi * (0.06 * yx[..., 0] + 0.04 * yx[..., 1]) + 0.3)


def grid(shape=SHAPE):
    return np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)


@given(cells=st.floats(0.1, 20), cell_px=st.floats(4, 60))
def test_windows_are_odd_and_the_nearest(cells, cell_px):
    pixels = window_px(cells, cell_px)
    assert pixels % 2 == 1
    assert abs(pixels - cells * cell_px) <= 1 + 1e-9


@given(height=st.integers(1, 400), width=st.integers(1, 400))
def test_images_are_binned_just_enough(height, width):
    factor = binning((height, width), 6400)
    assert height * width <= 6400 * factor**2
    assert factor == 1 or height * width > 6400 * (factor - 1) ** 2


@settings(max_examples=20)
@given(y=st.floats(20, 65), x=st.floats(20, 85))
def test_patches_between_the_pixels_are_exact(y, x):
    image = wave(grid()).astype(np.float32)
    patch = Cutter(image, (21, 25))(np.array([[y, x]]))[0]
    offsets = np.stack(np.meshgrid(np.arange(-10, 11), np.arange(-12, 13), indexing="ij"), axis=-1)
    assert np.abs(patch - wave(offsets + np.array([y, x]))).max() < 1e-3


def test_patches_at_pixels_are_the_pixels():
    image = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    yx = np.array([[30.0, 40.0], [50.0, 61.0]])
    for subpixel in (True, False):
        patches = Cutter(image, (9, 7), subpixel)(yx)
        for patch, (y, x) in zip(patches, yx.astype(int), strict=True):
            assert patch == pytest.approx(image[y - 4 : y + 5, x - 3 : x + 4], abs=1e-5)


def test_whole_pixel_patches_are_slices_at_the_nearest_pixel():
    image = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    patch = Cutter(image, (5, 5), subpixel=False)(np.array([[30.4, 39.6]]))[0]
    assert np.array_equal(patch, image[28:33, 38:43])


def test_patches_of_many_sites_do_not_depend_on_each_other():
    image = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    yx = np.random.default_rng(1).uniform(15, 70, (2500, 2))
    cutter = Cutter(image, (9, 9))
    assert np.array_equal(cutter(yx)[2400:], cutter(yx[2400:]))


def test_only_windows_inside_the_image_are_usable():
    """A window of 2 r + 1 needs r pixels on each side, and 2 for the splines."""
    mask = np.ones((40, 50), bool)
    yx = np.array([[6.0, 20.0], [5.0, 20.0], [33.0, 20.0], [34.0, 20.0], [20.0, 5.0], [20.0, 44.0], [20.0, 45.0]])
    assert usable_sites(mask, yx, (9, 7)).tolist() == [True, False, True, False, True, True, False]


@settings(max_examples=20)
@given(seed=st.integers(0, 999))
def test_only_sites_whose_own_window_touches_a_ragged_mask_are_dropped(seed):
    """Each by itself, whatever else lies in its rows and columns: there are no strips."""
    rng = np.random.default_rng(seed)
    mask = gaussian_filter(rng.normal(size=(90, 110)), 6) < 0.06
    yx = rng.uniform(0, [89, 109], (400, 2))
    found = []
    for y, x in np.round(yx).astype(int):  # 7 x 11 px, and 2 around them
        framed = 5 <= y < 85 and 7 <= x < 103
        found.append(framed and mask[y - 5 : y + 6, x - 7 : x + 8].all())
        assert framed == in_frame(mask.shape, np.array([[y, x]]), (7, 11))[0]
    assume(any(found))
    assert usable_sites(mask, yx, (7, 11)).tolist() == found


def test_windows_over_the_mask_are_dropped():
    mask = np.ones((60, 60), bool)
    mask[30, 30] = False
    yx = np.argwhere(np.ones((60, 60))).astype(float)
    usable = usable_sites(mask, yx, (7, 5)).reshape(60, 60)
    assert not usable[25:36, 26:35].any()
    assert usable[24, 30] and usable[36, 30] and usable[30, 25] and usable[30, 35]
    inner = np.zeros((60, 60), bool)
    inner[5:55, 4:56] = True
    assert usable.sum() == inner.sum() - 11 * 9


def test_a_window_that_is_too_large_is_named_in_the_images_own_pixels():
    with pytest.raises(InputError) as error:
        check_window((49, 31), (150, 150), factor=3, cell_px=25.0)
    assert str(error.value) == (
        "the largest window, 147 x 93 px (5.9 x 3.7 cells) and 6 px on each side of it, is larger than the image, "
        "150 x 150 px (6.0 x 6.0 cells): lower w1 and w2 in the pipeline's space"
    )
    check_window((45, 31), (150, 150), factor=3, cell_px=25.0)


def test_a_patch_of_a_usable_site_never_leaves_the_image():
    yx = np.random.default_rng(0).uniform(-5, 60, (3000, 2))
    image = wave(grid((55, 58))).astype(np.float32)
    usable = usable_sites(np.ones(image.shape, bool), yx, (11, 13))
    patches = Cutter(image, (11, 13))(yx[usable])
    offsets = np.stack(np.meshgrid(np.arange(-5, 6), np.arange(-6, 7), indexing="ij"), axis=-1)
    # Splines mirror the image at its edge, where the wave goes on: off by a per cent there, never by a jump.
    assert np.abs(patches - wave(yx[usable][:, None, None] + offsets)).max() < 0.02


@pytest.mark.parametrize("window", [(57, 9), (9, 57)])
def test_a_window_larger_than_the_image_is_refused(window):
    with pytest.raises(InputError, match=r"larger than the image, 60 x 60 px: lower w1 and w2"):
        usable_sites(np.ones((60, 60), bool), np.array([[30.0, 30.0]]), window)


def test_no_usable_site_is_refused():
    with pytest.raises(InputError, match="no site has its whole window"):
        usable_sites(np.ones((60, 60), bool), np.array([[3.0, 30.0]]), (21, 21))


def test_crop_takes_the_middle():
    patches = np.arange(2 * 7 * 9).reshape(2, 7, 9)
    assert np.array_equal(crop(patches, (3, 5)), patches[:, 2:5, 2:7].reshape(2, 15))
    assert np.array_equal(crop(patches, (7, 9)), patches.reshape(2, 63))


def test_a_crop_of_a_large_patch_is_the_small_patch():
    image = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    yx = np.array([[40.3, 50.8], [41.1, 33.3]])
    large, small = Cutter(image, (21, 17))(yx), Cutter(image, (7, 9))(yx)
    assert np.array_equal(crop(large, (7, 9)), small.reshape(2, -1))
