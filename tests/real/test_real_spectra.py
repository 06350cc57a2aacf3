"""Real loops of PZT: read as a grid, without a bad point, and fitted by the loop function."""

from pathlib import Path

import numpy as np
import pytest

from ferrotune.files.spectra_store import cleaned
from ferrotune.files.spectral_images import read_spectra
from ferrotune.loops.loop_function import coercive_voltages, fit_loops

LOOPS = Path(__file__).parents[3] / "shared" / "data" / "beps_pzt.npz"
pytestmark = pytest.mark.skipif(not LOOPS.is_file(), reason="the folder of real data is missing")


@pytest.fixture(scope="module")
def image():
    return read_spectra(LOOPS)


def test_the_list_of_sites_is_a_square_grid_with_its_voltage(image):
    assert {name: of.shape for name, of in image.channels.items()} == {
        "piezoresponse": (60, 60, 96),
        "resonance": (60, 60, 96),
    }
    assert (image.axis_name, image.axis_unit, image.axis.max()) == ("voltage", "V", 16.0)
    _, mask, counts = cleaned(image, np.ones((60, 60), bool), LOOPS)
    assert mask.all() and counts == {"piezoresponse": 0, "resonance": 0}


def test_neighbours_are_alike_so_the_grid_is_the_right_way_round(image):
    loops = image.channels["piezoresponse"]
    shuffled = loops.reshape(3600, 96)[np.random.default_rng(0).permutation(3600)].reshape(loops.shape)
    along = [np.square(np.diff(of, axis=axis)).mean() for of in (loops, shuffled) for axis in (0, 1)]
    assert max(along[:2]) < 0.6 * min(along[2:])


def test_loops_switch_down_below_zero_and_up_above(image):
    parameters, error = fit_loops(image.axis, image.channels["piezoresponse"].reshape(3600, 96)[::9])
    down, up = coercive_voltages(parameters).T
    assert np.median(error) < 0.04
    assert -10 < np.median(down) < -1 and 1 < np.median(up) < 10
