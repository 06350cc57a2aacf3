"""The store of windows on a grid: neighbours are sites that do not share their noise."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ferrotune.descriptors._fft_store import independence
from ferrotune.descriptors._window_grid import WindowGrid
from ferrotune.sites.neighbourhood import Neighbourhood


def test_windows_that_share_their_noise_are_not_neighbours():
    """Labels of smoothed noise look like domains between sites that share pixels, not between sites far apart."""
    grid = WindowGrid.of(np.ones((600, 600), bool), 21, 5.0)
    noise = gaussian_filter(np.random.default_rng(1).normal(size=(600, 600)), 8)
    labels = (noise[tuple(np.rint(grid.yx).astype(int).T)] > 0).astype(int)
    close = Neighbourhood.of(grid.yx, 5.0).edges
    apart = Neighbourhood.of(grid.yx, 30.0, grid.interleaved(6)).edges
    assert (labels[close[:, 0]] == labels[close[:, 1]]).mean() > 0.75
    assert (labels[apart[:, 0]] == labels[apart[:, 1]]).mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("strides", "windows", "times"),
    [([1], [2], 1), ([1], [2, 4], 2), ([0.5, 2], [3], 4), ([0.5], [1], 2), ([2], [5], 2)],
)
def test_sites_are_compared_half_the_largest_window_apart(strides, windows, times):
    assert independence(strides, windows) == times
