"""Power of reflections around every block: that of waves of known amplitude, and almost none between them."""

import numpy as np
import pytest

from ferrotune.columns.phase import Lattice
from ferrotune.columns.reflections import block_px, reflection_power


def test_waves_of_known_amplitude_have_their_power_in_every_block():
    lattice = Lattice(np.array([20.0, 1.0]), np.array([-1.5, 21.0]))
    yx = np.stack(np.mgrid[:331, :402], axis=-1)  # no whole number of blocks
    image = sum(0.6 * np.cos(2 * np.pi * (yx @ (order @ lattice.reciprocal))) for order in ([1, 0], [0, 1], [1, 1]))
    power, between = reflection_power(image, np.ones(image.shape, bool), lattice, block_px(lattice))
    inner = np.s_[15:-15, 15:-15]
    # Three waves have (0.6 / 2)^2 each, the fourth nothing; of the four, the strongest does not count. The mean over a
    # block, a third of a cell, takes a part of each.
    assert power.shape == (56, 67)
    assert power[inner] == pytest.approx(2 / 3 * 0.09, rel=0.15)
    assert between[inner].max() < 0.01 * power[inner].min()
