"""Oblong pixels: after resampling, a drawn circle is round and lies where it was."""

import numpy as np
import pytest

from ferrotune.images.square_pixels import squared


@pytest.mark.parametrize("sides", [(10.0, 15.0), (15.0, 10.0), (12.0, 10.0), (10.0, 20.0)])
def test_a_round_spot_becomes_round(sides):
    extent = 600.0  # pm
    y, x = (np.arange(round(extent / side)) * side + side / 2 for side in sides)
    spot = np.exp(-((y[:, None] - 250) ** 2 + (x - 330) ** 2) / (2 * 50.0**2))
    image, side = squared(spot, sides)
    assert side == 10.0 and image.shape == (60, 60)
    centres = np.arange(60) * side + side / 2
    ideal = np.exp(-((centres[:, None] - 250) ** 2 + (centres - 330) ** 2) / (2 * 50.0**2))
    assert np.abs(image - ideal).max() < 0.01


def test_what_is_not_seen_stays_unseen():
    data = np.random.default_rng(0).normal(100, 1, (40, 40))
    data[:10] = np.nan
    image, _ = squared(data, (2.0, 1.0))
    assert image.shape == (80, 40) and np.isnan(image[:20]).all() and np.isfinite(image[21:]).all()
    assert image[21:].min() > 95 and image[21:].max() < 105
