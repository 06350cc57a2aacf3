"""Spectra with maps in a file of HyperSpy, and the table of their sites; both are read again."""

import numpy as np
import pandas as pd
import pytest
from rsciio.hspy import file_reader

from ferrotune.exports.spectra_file import signals, write_signals
from ferrotune.exports.tables import sites_table, write_csv
from ferrotune.files.spectral_images import read_spectra
from ferrotune.simulation.loops import LoopSpecimen, simulated_loops

SHAPE, STEP = (10, 12), 20000.0
WORDS = {"channels": ["piezoresponse", "resonance"], "channel_units": ["", "kHz"]}
WORDS |= {"axis_name": "voltage", "axis_unit": "V"}


@pytest.fixture(scope="module")
def toy():
    return simulated_loops(LoopSpecimen(shape=SHAPE), seed=1)


@pytest.fixture(scope="module")
def yx():
    return np.argwhere(np.ones(SHAPE)).astype(float)[:-3]  # three sites are left out


@pytest.fixture(scope="module")
def path(toy, yx, tmp_path_factory):
    path = str(tmp_path_factory.mktemp("spectra") / "spectra.hspy")
    spectra = np.stack([of.reshape(120, -1)[:-3] for of in toy.channels.values()])
    maps = {"loops_pca mechanism": toy.mechanism.ravel()[:-3], "loops_pca component 1": spectra[0, :, 3]}
    write_signals(path, signals(spectra, yx, SHAPE, toy.voltage, WORDS, maps, STEP))
    return path


def test_each_channel_and_each_map_is_a_signal(path, toy):
    found = {signal["metadata"]["General"]["title"]: signal for signal in file_reader(path)}
    assert set(found) == {"piezoresponse", "resonance", "voltage", "loops_pca mechanism", "loops_pca component 1"}
    loops, mechanism = found["piezoresponse"], np.asarray(found["loops_pca mechanism"]["data"])
    assert [axis["navigate"] for axis in loops["axes"]] == [True, True, False]
    assert loops["axes"][0]["scale"] == 20.0 and loops["axes"][0]["units"] == "nm"
    assert np.array_equal(mechanism.ravel()[:-3], toy.mechanism.ravel()[:-3]) and np.isnan(mechanism.ravel()[-3:]).all()


def test_hyperspy_s_file_is_imported_again_with_its_voltage(path, toy):
    found = read_spectra(path)
    assert list(found.channels) == ["piezoresponse", "resonance"] and found.units["resonance"] == "kHz"
    assert (found.axis_name, found.axis_unit) == ("voltage", "V") and found.axis == pytest.approx(toy.voltage)
    assert found.step_pm == pytest.approx(STEP)
    assert found.channels["resonance"][0] == pytest.approx(toy.channels["resonance"][0], rel=1e-5)


def test_hyperspy_itself_opens_it(path):
    hyperspy = pytest.importorskip("hyperspy.api", reason="HyperSpy is not installed")
    assert len(hyperspy.load(path)) == 5


def test_the_table_has_a_row_for_each_site(toy, yx, tmp_path):
    numbers, scores = toy.mechanism.ravel()[:-3], np.arange(2.0 * len(yx)).reshape(-1, 2)
    selected = {"yx": yx, "confidence": np.ones(len(yx))}
    write_csv(sites_table(selected, numbers, numbers, scores, STEP), tmp_path / "sites.csv")
    table = pd.read_csv(tmp_path / "sites.csv")
    names = ["row", "column", "y_nm", "x_nm", "mechanism", "domain", "confidence", "component_1", "component_2"]
    assert list(table) == names and len(table) == 117
    assert table.loc[13, ["row", "column", "y_nm", "x_nm", "component_2"]].tolist() == [1, 1, 20, 20, 27]
    assert list(sites_table(selected, numbers, numbers, scores, None))[:3] == ["row", "column", "mechanism"]
