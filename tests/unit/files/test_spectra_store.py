import numpy as np
import pytest

from ferrotune.errors import InputError
from ferrotune.files.spectra_store import cleaned, spectra_arrays
from ferrotune.files.spectral_images import SpectralImage
from ferrotune.loops.branches import area
from ferrotune.simulation.loops import LoopSpecimen, simulated_loops


@pytest.fixture
def image():
    toy = simulated_loops(LoopSpecimen(shape=(12, 10)), seed=1)
    return SpectralImage(dict(toy.channels), toy.voltage, "voltage", "V", {"piezoresponse": "pm"}, 5000.0)


def test_bad_points_are_counted_and_bad_sites_left_out(image):
    response = image.channels["piezoresponse"]
    response[3, 4, 10:13], response[5, 6, :70] = np.nan, np.nan
    usable = np.ones((12, 10), bool)
    usable[0] = False
    spectra, mask, counts = cleaned(image, usable, "a.npz")
    assert counts == {"piezoresponse": 3, "resonance": 0}
    assert mask.sum() == 12 * 10 - 10 - 1 and not mask[5, 6] and mask[3, 4]
    assert spectra.shape == (2, mask.sum(), 96) and np.isfinite(spectra).all()


def test_the_store_has_a_picture_of_the_loops_on_the_grid(image):
    spectra, mask, counts = cleaned(image, np.ones((12, 10), bool), "a.npz")
    arrays, attributes = spectra_arrays(image, spectra, mask, counts)
    assert arrays["yx"][1][11].tolist() == [1, 1]
    assert arrays["image"][1][1, 1] == pytest.approx(area(image.axis, spectra[0])[11], rel=1e-5)
    assert attributes["channel_units"] == ["pm", ""] and attributes["picture"] == "area of the loops"


def test_without_a_usable_site_there_is_one_line(image):
    with pytest.raises(InputError, match=r"a\.npz: no site has half of its points"):
        cleaned(image, np.zeros((12, 10), bool), "a.npz")
