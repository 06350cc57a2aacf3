"""Maps: sites are in their places, greys are means, and full-size images give small maps."""

import numpy as np
import pytest

from ferrotune.figures import image_axes
from ferrotune.figures.page import maps
from helpers.figure_data import CELL


def test_a_site_is_drawn_at_its_place_and_not_beyond():
    mask = np.ones((100, 120), bool)
    mask[:30] = False
    yx = np.array([[50.0, 40.0], [60.0, 40.0], [20.0, 40.0]])
    sites, (left, right, bottom, top) = image_axes.site_map(yx, mask, CELL)
    rows, columns = sites.shape

    def at(y, x):
        return sites[int((y - top) / (bottom - top) * rows), int((x - left) / (right - left) * columns)]

    assert [at(50, 40), at(60, 40)] == [0, 1]
    assert at(56.5, 40) == 1
    assert at(50, 52) == -1  # more than 0.75 cells off
    assert at(20, 40) == -1  # masked


def test_greys_are_means_of_what_is_not_masked():
    image, mask = np.full((2000, 1900), 3.0, np.float32), np.ones((2000, 1900), bool)
    image[::2], image[:, 950:], mask[:, 950:951] = 5.0, 8.0, False
    grey, share, factor = image_axes.grey_levels(image, mask, 200)
    assert factor == 10 and grey.shape == share.shape == (200, 190)
    np.testing.assert_allclose(grey, np.repeat([[0.0, 1.0]], 95, axis=1).repeat(200, axis=0))
    np.testing.assert_allclose(np.unique(share), [0.9, 1.0])
    assert (image_axes.grey_levels(image, ~mask & False, 200)[0] == 0).all()


@pytest.mark.parametrize("finest", [image_axes.FINEST, maps.FINEST, 40])
def test_maps_stay_small_for_full_size_images(finest):
    sites, (left, right, bottom, top) = image_axes.site_map(np.empty((0, 2)), np.ones((4400, 4300), bool), 26.0, finest)
    assert max(sites.shape) <= finest + 1
    assert (right - left, bottom - top) == pytest.approx((4300, 4400), abs=4400 / min(sites.shape))
    assert (sites == -1).all()
