"""The descriptor of spectra: what each form keeps of a loop, and what it leaves out."""

import logging

import numpy as np
import pytest

from ferrotune.descriptors import spectra as descriptor
from ferrotune.errors import InputError
from ferrotune.files.spectra_store import cleaned, spectra_arrays
from ferrotune.files.spectral_images import SpectralImage
from ferrotune.files.stores import write_store
from ferrotune.simulation.loops import LoopSpecimen, simulated_loops

LOG = logging.getLogger(__name__)
FORMS = ("raw", "normalised", "derivative", "parameters")


def written(folder, channels, axis, forms=FORMS, channel=("piezoresponse",)):
    image = SpectralImage(channels, axis, "voltage", "V")
    shape = next(iter(channels.values())).shape[:2]
    kept = cleaned(image, np.ones(shape, bool), "a.npz")
    arrays, attributes = spectra_arrays(image, *kept)
    write_store(folder / "spectra.zarr", arrays, attributes | {"pixel_size_pm": None})
    uses = [{"reduction": "pca", "space": {"channel": channel, "form": forms}}]
    descriptor.write(folder / "d.zarr", {"spectra": folder / "spectra.zarr"}, uses, {}, 1, LOG)
    return descriptor.open(folder / "d.zarr", {})


@pytest.fixture(scope="module")
def toy():
    return simulated_loops(LoopSpecimen(shape=(12, 12)), seed=1)


@pytest.fixture(scope="module")
def table(toy, tmp_path_factory):
    return written(tmp_path_factory.mktemp("spectra"), toy.channels, toy.voltage)


def features(table, form, channel="piezoresponse"):
    return table.features({"channel": channel, "form": form})


def test_raw_loops_are_as_they_were_measured(toy, table):
    assert np.array_equal(features(table, "raw"), toy.channels["piezoresponse"].reshape(144, 96))


def test_normalised_loops_do_not_know_offset_and_size(toy, table, tmp_path):
    changed = {"piezoresponse": 3 * toy.channels["piezoresponse"] + 5}
    other = written(tmp_path, changed, toy.voltage)
    assert features(other, "normalised") == pytest.approx(features(table, "normalised"), abs=1e-4)
    assert features(other, "normalised").std(axis=1) == pytest.approx(np.ones(144), rel=1e-4)


def test_the_derivative_is_largest_where_a_branch_switches(toy, table):
    slope = features(table, "derivative")[toy.mechanism.ravel() == toy.names.index("one_step")]
    at = toy.voltage[slope.argmin(axis=1)]
    coercive = (toy.parameters["imprint"] - toy.parameters["coercive"])[toy.mechanism == toy.names.index("one_step")]
    assert np.median(np.abs(at - coercive)) < 0.7  # the voltage has steps of 0.67 V


def test_parameters_are_nine_numbers_without_outliers(table):
    found = features(table, "parameters")
    assert found.shape == (144, 9) and np.abs(found).max() <= 5


def test_all_channels_weigh_the_same(table):
    found = features(table, "raw", "all")
    assert found.shape == (144, 192)
    assert found[:, :96].std() == pytest.approx(found[:, 96:].std(), rel=1e-5)


def test_a_channel_that_there_is_not_is_named(toy, table, tmp_path):
    with pytest.raises(InputError, match="there is no channel phase; there are piezoresponse, resonance, all"):
        written(tmp_path, toy.channels, toy.voltage, channel=("phase",))
    with pytest.raises(InputError, match="there is no channel 'phase'"):
        features(table, "raw", "phase")


def test_a_ramp_has_no_parameters_of_a_loop(toy, tmp_path):
    ramp = np.linspace(0, 1, 96)
    with pytest.raises(InputError, match="form parameters needs loops"):
        written(tmp_path, toy.channels, ramp)
    assert features(written(tmp_path, toy.channels, ramp, ("raw",)), "raw").shape == (144, 96)
